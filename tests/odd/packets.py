"""TCP conversations as bytes, and everything that may be wrapped around them."""
import struct

CLIENT, SERVER = ("10.0.0.1", 40000), ("10.0.0.2", 80)
CLIENT6, SERVER6 = ("2001:db8::1", 40000), ("2001:db8::2", 80)
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def ipv4(text):
    return bytes(map(int, text.split(".")))


def ipv6(text):
    head, _, tail = text.partition("::")
    groups = [part.split(":") if part else [] for part in (head, tail)]
    middle = ["0"] * (8 - len(groups[0]) - len(groups[1]))
    return b"".join(struct.pack(">H", int(group, 16)) for group in groups[0] + middle + groups[1])


def dotted(address):
    return ".".join(map(str, address))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def tcp(source, destination, seq, ack, flags, payload=b""):
    return struct.pack(">HHIIBBHHH", source[1], destination[1], seq, ack, 0x50, flags, 64240, 0, 0) + payload


def udp(port, payload, source=50000):
    return struct.pack(">HHHH", source, port, 8 + len(payload), 0) + payload


def ip4(source, destination, protocol, payload, place=0x4000, ident=1):
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), ident, place, 64, protocol, 0)
    header += ipv4(source) + ipv4(destination)
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + payload


def ip6(source, destination, following, payload):
    return struct.pack(">IHBB", 6 << 28, len(payload), following, 64) + ipv6(source) + ipv6(destination) + payload


def ethernet(payload, ethertype=0x0800):
    return bytes.fromhex("020000000002 020000000001") + struct.pack(">H", ethertype) + payload


def story(client=CLIENT, server=SERVER):
    """(source, destination, segment) of a connection that is opened, answers one request and ends four-way."""
    there, back = (client, server), (server, client)
    script = [(there, 100, 0, SYN, b""), (back, 500, 101, SYN | ACK, b""), (there, 101, 501, ACK, b""),
              (there, 101, 501, PSH | ACK, b"hello"), (back, 501, 106, PSH | ACK, b"goodbye"),
              (there, 106, 508, ACK, b""), (there, 106, 508, FIN | ACK, b""), (back, 508, 107, ACK, b""),
              (back, 508, 107, FIN | ACK, b""), (there, 107, 509, ACK, b"")]
    return [(ends[0], ends[1], tcp(*ends, *rest)) for ends, *rest in script]


def packets4(client=CLIENT, server=SERVER):
    return [ip4(source[0], destination[0], 6, segment) for source, destination, segment in story(client, server)]


def packets6():
    return [ip6(source[0], destination[0], 6, segment) for source, destination, segment in story(CLIENT6, SERVER6)]


def frames4():
    return [ethernet(packet) for packet in packets4()]


def outer4(protocol, payload):
    return ethernet(ip4("192.0.2.1", "192.0.2.2", protocol, payload))


def outer6(following, payload):
    return ethernet(ip6("2001:db8:1::1", "2001:db8:1::2", following, payload), 0x86dd)


def fragments4(packet, size, ident=7):
    """An IPv4 packet cut after every `size` bytes of payload, a multiple of eight."""
    payload = packet[20:]
    for at in range(0, len(payload), size):
        more = 0x2000 if at + size < len(payload) else 0
        yield ip4(dotted(packet[12:16]), dotted(packet[16:20]), packet[9], payload[at:at + size], more | at // 8, ident)
