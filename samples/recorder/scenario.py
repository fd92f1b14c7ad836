"""Scenario files: read one, or say in which line it is wrong. samples/README.md tells the format."""
import re
from dataclasses import dataclass, field
from pathlib import Path

UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
KEYS = {"id", "about", "ip", "offloads", "snaplen", "precision", "stop", "limit"}
SECTIONS = re.compile(r"(wire|host|expect|(client|server)(\.\w+)?)$")


class ScenarioError(Exception):
    pass


def seconds(text):
    found = re.fullmatch(r"([0-9.]+)(us|ms|s)", text)
    if not found:
        raise ScenarioError(f"\"{text}\" is no duration: a number and us, ms or s")
    return float(found[1]) * UNITS[found[2]]


@dataclass
class HostStep:
    """A command in one of the hosts; at is None for what is done before the programs start."""
    host: str
    command: str
    at: float | None = None


@dataclass(frozen=True)
class Expected:
    """What a capture shows of a connection: how it ended, and why; the first cause leads."""
    ending: str
    because: tuple = ()

    def __str__(self):
        return " because ".join(filter(None, (self.ending, ", ".join(self.because))))


@dataclass
class Scenario:
    name: str
    id: str = ""
    about: str = ""
    ip: int = 4
    offloads: bool = False
    snaplen: int = 262144
    precision: str = "micro"
    stop: float | None = None
    limit: float = 20.0
    wire: list = field(default_factory=list)
    host: list = field(default_factory=list)
    programs: dict = field(default_factory=dict)  # "client", "server.b" -> lines
    expect: list = field(default_factory=list)  # of each stream: (Expected at the client, Expected at the server)
    server_expect: dict = field(default_factory=dict)  # Expected of streams that only the server's capture has

    def server_ports(self):
        """The ports of the server's side: what tells this scenario's sockets from those of others."""
        ports = set()
        for name, lines in self.programs.items():
            steps = (step.removeprefix("meanwhile ").split() for line in lines for step in line.split(" ; "))
            for words in steps:
                if words[0] == "listen" or (words[0] == "connect" and name.startswith("server")):
                    ports.add(int(words[2]))
                elif words[0] in ("connect", "fastopen"):
                    ports.add(int(words[3]))
        return ports

    def nat(self):
        """The address that the wire gives the client, or None."""
        return next((words[1] for words in map(str.split, self.wire) if words[0] == "nat"), None)

    def addresses(self):
        return {"client": "fd00::1", "server": "fd00::2"} if self.ip == 6 else {"client": "10.0.0.1",
                                                                               "server": "10.0.0.2"}


def set_key(scenario, key, value):
    if key == "ip":
        scenario.ip = int(value)
    elif key == "offloads":
        scenario.offloads = value == "on"
    elif key == "snaplen":
        scenario.snaplen = int(value)
    elif key in ("stop", "limit"):
        setattr(scenario, key, seconds(value))
    else:
        setattr(scenario, key, value)


def host_step(line):
    """[at TIME] client|server COMMAND; "nft HOOK RULE" is short for a rule in a table of its own."""
    words = line.split()
    at = None
    if words[0] == "at":
        at = seconds(words[1])
        words = words[2:]
    if len(words) < 2 or words[0] not in ("client", "server"):
        raise ScenarioError("a host step is: [at TIME] client|server COMMAND")
    host, command = words[0], " ".join(words[1:])
    if words[1] == "nft" and words[2] in ("input", "output"):
        hook, rule = words[2], " ".join(words[3:])
        command = (f"nft add table inet scenario && "
                   f"nft 'add chain inet scenario {hook} {{ type filter hook {hook} priority 0; }}' && "
                   f"nft 'add rule inet scenario {hook} {rule}'")
    elif words[1] == "sysctl":
        command = "sysctl -q -w " + " ".join(words[2:])
    return HostStep(host, command, at)


def add_expect(scenario, line):
    """STREAM ENDING [because CAUSE, CAUSE] for both captures, then STREAM server … where the server's shows another;
    STREAM only-server … for one that only the server's has, with its number there."""
    found = re.fullmatch(r"(\d+) (server |only-server )?([\w-]+)(?: because ([\w, -]+))?", line)
    if not found:
        raise ScenarioError("an expectation is: STREAM [server|only-server] ENDING [because CAUSE, …]")
    stream = int(found[1])
    expected = Expected(found[3], tuple(re.findall(r"[\w-]+", found[4] or "")))
    if not found[2] and stream == len(scenario.expect):
        scenario.expect.append((expected, expected))
    elif found[2] == "only-server ":
        scenario.server_expect[stream] = expected
    elif found[2] and stream < len(scenario.expect):
        scenario.expect[stream] = (scenario.expect[stream][0], expected)
    else:
        raise ScenarioError("expectations stand in order, and the server's after the client's")


def repeated(line):
    """"each 0..9 LINE" as ten lines; {N} in them becomes N, N+1 and so on."""
    found = re.fullmatch(r"each (\d+)\.\.(\d+) (.*)", line)
    if not found:
        return [line]
    return [re.sub(r"\{(\d+)\}", lambda base: str(int(base[1]) + index), found[3])
            for index in range(int(found[1]), int(found[2]) + 1)]


def add_line(scenario, section, line):
    if section == "wire":
        scenario.wire.append(line)
    elif section == "host":
        scenario.host.append(host_step(line))
    elif section == "expect":
        add_expect(scenario, line)
    elif section:
        scenario.programs[section].append(line)
    else:
        raise ScenarioError("this line belongs to no section")


def read_scenario(path):
    path = Path(path)
    scenario = Scenario(path.parent.name)
    section = None
    for number, raw in enumerate(path.read_text().splitlines(), 1):
        line = re.sub(r"(^|\s)#.*", "", raw).strip()
        try:
            if not line:
                continue
            if raw[0] in " \t":
                for step in repeated(line):
                    add_line(scenario, section, step)
                continue
            key, colon, value = line.partition(":")
            if colon and not value and SECTIONS.match(key):
                section = key
                if key.split(".")[0] in ("client", "server"):
                    scenario.programs.setdefault(key, [])
            elif colon and key in KEYS:
                set_key(scenario, key, value.strip())
            else:
                raise ScenarioError("neither a section nor a setting")
        except (ScenarioError, ValueError, IndexError) as error:
            raise ScenarioError(f"{path}:{number}: {error}") from None
    if not scenario.about or not scenario.expect:
        raise ScenarioError(f"{path}: \"about:\" and \"expect:\" are needed")
    return scenario
