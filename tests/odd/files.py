"""Capture files as bytes: pcap in its variants, pcapng block by block, and compressed."""
import gzip
import lzma
import struct

TIME = 1_700_000_000


def pcap_header(magic=0xa1b2c3d4, order="<", version=(2, 4), snaplen=262144, network=1, more=b""):
    return struct.pack(order + "IHHiIII", magic, *version, 0, 0, snaplen, network) + more


def record(data, number=0, order="<", original=None, captured=None, extra=b"", parts=None, swapped=False):
    """`extra`: what a variant has after the usual 16 bytes."""
    captured = len(data) if captured is None else captured
    original = len(data) if original is None else original
    lengths = (original, captured) if swapped else (captured, original)
    parts = number * 1000 if parts is None else parts
    return struct.pack(order + "IIII", TIME + number, parts, *lengths) + extra + data


def pcap(frames, order="<", extra=b"", swapped=False, **header):
    return pcap_header(order=order, **header) + b"".join(
        record(data, number, order, extra=extra, swapped=swapped) for number, data in enumerate(frames))


def pad(data):
    return data + b"\0" * (-len(data) % 4)


def block(kind, body, order="<", length=None, second=None):
    length = 12 + len(pad(body)) if length is None else length
    second = length if second is None else second
    return struct.pack(order + "II", kind, length) + pad(body) + struct.pack(order + "I", second)


def option(code, value, order="<", length=None):
    return struct.pack(order + "HH", code, len(value) if length is None else length) + pad(value)


def section(order="<", version=(1, 0), options=b"", length=-1, **lengths):
    return block(0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, *version, length) + options, order, **lengths)


def interface(order="<", link_type=1, snaplen=262144, options=b"", **lengths):
    return block(1, struct.pack(order + "HHI", link_type, 0, snaplen) + options, order, **lengths)


def enhanced(data, number=0, order="<", interface=0, ticks=None, original=None, captured=None, options=b"", **lengths):
    ticks = (TIME + number) * 10**6 if ticks is None else ticks
    captured = len(data) if captured is None else captured
    original = len(data) if original is None else original
    body = struct.pack(order + "IIIII", interface, ticks >> 32, ticks & 0xffffffff, captured, original)
    return block(6, body + pad(data) + options, order, **lengths)


def simple(data, order="<", original=None):
    return block(3, struct.pack(order + "I", len(data) if original is None else original) + data, order)


def obsolete(data, number=0, order="<", interface=0, drops=0xffff):
    ticks = (TIME + number) * 10**6
    return block(2, struct.pack(order + "HHIIII", interface, drops, ticks >> 32, ticks & 0xffffffff, len(data),
                                len(data)) + data, order)


def statistics(interface=0, order="<", options=b"", **lengths):
    return block(5, struct.pack(order + "III", interface, 0, 0) + options, order, **lengths)


def pcapng(frames, order="<", **description):
    return section(order) + interface(order, **description) + b"".join(
        enhanced(data, number, order) for number, data in enumerate(frames))


# Compressed. zstd and lz4 as their formats allow it without compressing: blocks that are stored as they are.

def gzipped(data):
    return gzip.compress(data, mtime=0)


def xzipped(data):
    return lzma.compress(data)


def zstd(data):
    """RFC 8878: a frame without content size, window of 1 MiB, raw blocks."""
    blocks = [data[at:at + 65536] for at in range(0, len(data), 65536)] or [b""]
    out = b"\x28\xb5\x2f\xfd\x00\x50"
    for number, part in enumerate(blocks):
        out += struct.pack("<I", len(part) << 3 | (number == len(blocks) - 1))[:3] + part
    return out


def xxhash32(data):
    """Of fewer than 16 bytes, which is all that the header of an lz4 frame has."""
    mask = 0xffffffff
    value = 374761393 + len(data) & mask
    for byte in data:
        value = value + byte * 374761393 & mask
        value = (value << 11 | value >> 21) & mask
        value = value * 2654435761 & mask
    value = (value ^ value >> 15) * 2246822519 & mask
    value = (value ^ value >> 13) * 3266489917 & mask
    return value ^ value >> 16


def lz4(data):
    descriptor = b"\x60\x40"  # version 1, independent blocks of at most 64 KiB
    out = b"\x04\x22\x4d\x18" + descriptor + bytes([xxhash32(descriptor) >> 8 & 0xff])
    for at in range(0, len(data), 65536):
        part = data[at:at + 65536]
        out += struct.pack("<I", 0x80000000 | len(part)) + part
    return out + b"\0\0\0\0"
