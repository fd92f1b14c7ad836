"""What the kernel and the programs say about a recording: tracepoints, transcripts, stream numbers."""
import ipaddress
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

TRACING = Path("/sys/kernel/tracing")
EVENTS = ("tcp/tcp_send_reset", "sock/inet_sock_set_state")
LINE = re.compile(r"\s(\d+)\.(\d{6}): (tcp_send_reset|inet_sock_set_state): (.*)$")
ADDRESS = re.compile(r"\[?([0-9a-f:.]+?)\]?:(\d+)$")


class Trace:
    """A trace instance of its own, so that recordings at the same time and other users do not disturb it."""

    def __init__(self, tag):
        self.folder = TRACING / "instances" / f"closelint-{tag}"

    def __enter__(self):
        if not (TRACING / "instances").exists():
            subprocess.run(("mount", "-t", "tracefs", "tracefs", str(TRACING)), check=True)
        self.folder.mkdir()
        (self.folder / "trace_clock").write_text("mono")
        self.epoch_ns = time.time_ns() - time.monotonic_ns()
        for event in EVENTS:
            (self.folder / "events" / event / "enable").write_text("1")
        return self

    def __exit__(self, *unused):
        for event in EVENTS:
            (self.folder / "events" / event / "enable").write_text("0")
        for _ in range(50):  # an instance stays busy for a moment after its last reader
            try:
                return self.folder.rmdir()
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.folder} cannot be removed")

    def stop(self):
        (self.folder / "tracing_on").write_text("0")

    def events(self):
        """(time_ns, event, {field: value}) of each line."""
        for line in (self.folder / "trace").read_text().splitlines():
            found = LINE.search(line)
            if found:
                time_ns = self.epoch_ns + int(found[1]) * 10**9 + int(found[2]) * 1000
                yield time_ns, found[3], dict(re.findall(r"(\w+)=(\S+)", found[4]))


def endpoint(text):
    """The tracepoint's "10.0.0.1:80" or "[fd00::1]:80"."""
    found = ADDRESS.match(text)
    return str(ipaddress.ip_address(found[1])), int(found[2])


def kernel_story(trace, scenario):
    """The resets and the changes of state that belong to this scenario's addresses and ports."""
    ours, ports = {*scenario.addresses().values(), scenario.nat()}, scenario.server_ports()
    resets, states = [], []
    for time_ns, event, fields in trace.events():
        if event == "tcp_send_reset":
            (saddr, sport), (daddr, dport) = endpoint(fields["src"]), endpoint(fields["dest"])
            if saddr in ours and (sport in ports or dport in ports):
                resets.append({"time_ns": time_ns, "saddr": saddr, "sport": sport, "daddr": daddr,
                               "dport": dport, "state": fields["state"], "reason": fields["reason"]})
            continue
        end = "v6" if scenario.ip == 6 else ""
        saddr, daddr = (str(ipaddress.ip_address(fields[name + end])) for name in ("saddr", "daddr"))
        sport, dport = int(fields["sport"]), int(fields["dport"])
        if saddr in ours and (sport in ports or dport in ports):
            states.append({"time_ns": time_ns, "sport": sport, "dport": dport, "saddr": saddr, "daddr": daddr,
                           "family": fields["family"], "old": fields["oldstate"], "new": fields["newstate"]})
    return resets, states


def calls(work, scenario, statuses):
    """The transcripts, by side and in order of time, with each program's end. A second program has a name."""
    sides = {"client": [], "server": []}
    for name in scenario.programs:
        host, _, program = name.partition(".")
        rows = [json.loads(line) for line in Path(work, f"{name}.transcript").read_text().splitlines()]
        status = statuses[name]
        if status is not None:
            how = f"killed by {signal.Signals(-status).name}" if status < 0 else "end of program"
            rows.append({"t": None, "until": None, "conn": "", "call": how, "ret": status, "errno": None})
        sides[host] += [{**row, "program": program} if program else row for row in rows]
    for rows in sides.values():
        rows.sort(key=lambda row: float("inf") if row["t"] is None else row["t"])
    return sides


def segments(capture):
    """(ends, flags, seq, ack) of each TCP segment; of several headers in a frame the innermost."""
    environment = {**os.environ, "HOME": "/nonexistent"}  # nobody's preferences
    names = ("ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.flags", "tcp.seq_raw",
             "tcp.ack_raw")
    fields = [word for name in names for word in ("-e", name)]
    command = ("tshark", "-n", "-r", str(capture), "-Y", "tcp.seq_raw", "-T", "fields", "-E", "occurrence=l", *fields)
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    for line in out.splitlines():
        v4, v6, port, to4, to6, to_port, flags, seq, ack = line.split("\t")
        yield (v6 or v4, int(port), to6 or to4, int(to_port)), int(flags, 16), int(seq), int(ack)


def streams(capture):
    """[(address, port, address, port)] of each stream's first frame, as Wireshark 4.4 numbers them, whichever is
    installed: a SYN begins one where its side has used another number, or where a FIN or RST had passed."""
    fin, syn, rst, acked = 1, 2, 4, 16
    found, newest = [], {}
    for ends, flags, seq, ack in segments(capture):
        back = ends[2:] + ends[:2]
        stream = newest.get(frozenset((ends[:2], ends[2:])))
        base = stream and stream["base"].get(ends)
        if not stream or (flags & syn and base is not None and (seq != base or stream["ended"])):
            stream = {"base": {}, "ended": False}
            newest[frozenset((ends[:2], ends[2:]))] = stream
            found.append(ends)
        stream["base"].setdefault(ends, seq if flags & syn else seq - 1)
        if flags & acked:
            stream["base"].setdefault(back, ack - 1)
        stream["ended"] |= bool(flags & rst) or flags & (fin | acked) == fin | acked
    return found


def connections(work, scenario):
    """Each stream of the client's capture, with its number in the server's and what is expected of both."""
    client = scenario.addresses()["client"]

    def turned(ends):
        ends = tuple(client if end == scenario.nat() else end for end in ends)
        return ends if ends[0] == client else (ends[2], ends[3], ends[0], ends[1])

    def text(address, port):
        return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

    at_client = [turned(ends) for ends in streams(Path(work, "client.pcap"))]
    at_server = [turned(ends) for ends in streams(Path(work, "server.pcap"))]
    if len(at_client) != len(scenario.expect):
        raise RuntimeError(f"{len(at_client)} connections recorded, {len(scenario.expect)} expected")
    rows = []
    for number, (ends, expected) in enumerate(zip(at_client, scenario.expect)):
        same = [stream for stream, other in enumerate(at_server) if other == ends]
        before = at_client[:number].count(ends)
        server_stream = same[before] if before < len(same) else None
        rows.append(expect({"stream": number, "client": text(*ends[:2]), "server": text(*ends[2:]),
                            "server_stream": server_stream}, expected))
    for number, expected in sorted(scenario.server_expect.items()):
        if number >= len(at_server):
            raise RuntimeError(f"the server's capture has {len(at_server)} connections, and no number {number}")
        ends = at_server[number]
        rows.append(expect({"stream": None, "client": text(*ends[:2]), "server": text(*ends[2:]),
                            "server_stream": number}, (expected, expected)))
    return rows


def expect(row, expected):
    """The row of a connection with what is expected of it, in place of what may stand there."""
    here, there = expected
    at_client, at_server = (row[key] is not None for key in ("stream", "server_stream"))
    row = {"stream": row["stream"], "client": row["client"], "server": row["server"],
           "expect": here.ending if at_client else None,
           "server_stream": row["server_stream"], "server_expect": there.ending if at_server else None}
    if here.because and at_client:
        row["because"] = here.because
    if there.because and at_server:
        row["server_because"] = there.because
    return row


def write_witness(path, witness):
    """JSON with one entry a line: a recording made again should be readable as a diff."""
    def lines(value, indent):
        if isinstance(value, list) and value:
            pad = " " * (indent + 2)
            return "[\n" + ",\n".join(pad + json.dumps(entry) for entry in value) + "\n" + " " * indent + "]"
        if isinstance(value, dict):
            pad = " " * (indent + 2)
            return "{\n" + ",\n".join(f"{pad}{json.dumps(key)}: {lines(entry, indent + 2)}"
                                      for key, entry in value.items()) + "\n" + " " * indent + "}"
        return json.dumps(value)
    Path(path).write_text(lines(witness, 0) + "\n")
