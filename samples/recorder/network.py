"""Two hosts and a wire: three network namespaces, made for one recording and removed whatever happens."""
import os
import re
import signal
import subprocess
import time

MAC = {"client": "02:00:00:00:00:01", "server": "02:00:00:00:00:02"}
OFFLOADS = ("tso", "gso", "gro", "tx", "rx", "sg")
QUIET = ("net.ipv6.conf.all.accept_ra=0", "net.ipv6.conf.all.router_solicitations=0",
         "net.ipv6.conf.default.accept_dad=0")
# Neighbour discovery and multicast reports are noise; ICMP errors belong to the story.
FILTER = "tcp or icmp or (icmp6 and ip6[40] < 128)"


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Network:
    """client -- wire -- server. A context: leaving it ends what was started and removes the namespaces."""

    def __init__(self, scenario, tag, work):
        self.scenario = scenario
        self.work = work
        self.names = {role: f"closelint-{role}-{tag}" for role in ("client", "server", "wire")}
        self.captures = []
        self.started = []

    def __enter__(self):
        try:
            for name in self.names.values():
                run("ip", "netns", "add", name)
            for setting in QUIET:
                for host in MAC:
                    self.execute(host, "sysctl", "-q", "-w", setting)
            for host in MAC:
                self.add_link(host)
            for host, other in (("client", "server"), ("server", "client")):
                self.add_address(host, other)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        for name in self.names.values():
            pids = subprocess.run(("ip", "netns", "pids", name), capture_output=True, text=True).stdout
            for pid in pids.split():  # ours, and the children that they forked
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass
        for process in self.captures + self.started:
            process.wait()
        for name in self.names.values():
            subprocess.run(("ip", "netns", "del", name), capture_output=True)

    def execute(self, role, *command):
        return run("ip", "netns", "exec", self.names[role], *command)

    def start(self, role, *command, **options):
        process = subprocess.Popen(("ip", "netns", "exec", self.names[role], *command), **options)
        self.started.append(process)
        return process

    def add_link(self, host):
        run("ip", "link", "add", "eth0", "netns", self.names[host], "address", MAC[host], "type", "veth",
            "peer", "name", host, "netns", self.names["wire"])
        for role, link in ((host, "eth0"), ("wire", host)):
            if not self.scenario.offloads:
                off = [word for name in OFFLOADS for word in (name, "off")]
                self.execute(role, "ethtool", "-K", link, *off)
            self.execute(role, "ip", "link", "set", link, "addrgenmode", "none")
            self.execute(role, "ip", "link", "set", link, "up")

    def add_address(self, host, other):
        """Fixed neighbours: an ARP exchange would take a round trip, and be lost where everything is lost."""
        length = 64 if self.scenario.ip == 6 else 24
        own, peer = (self.scenario.addresses()[role] for role in (host, other))
        nodad = ("nodad",) if self.scenario.ip == 6 else ()
        self.execute(host, "ip", "address", "add", f"{own}/{length}", "dev", "eth0", *nodad)
        self.execute(host, "ip", "neighbour", "add", peer, "lladdr", MAC[other], "dev", "eth0",
                     "nud", "permanent")

    def start_capture(self, host):
        process = subprocess.Popen(
            ("ip", "netns", "exec", self.names[host], "tcpdump", "-i", "eth0", "-n",
             "-w", f"{self.work}/{host}.pcap", "--immediate-mode", "-U", "-Z", "root",
             "-s", str(self.scenario.snaplen), f"--time-stamp-precision={self.scenario.precision}", FILTER),
            stderr=subprocess.PIPE, text=True)
        self.captures.append(process)
        for line in process.stderr:
            if "listening on" in line:
                return
        raise RuntimeError("tcpdump did not start")

    def stop_captures(self):
        """Ends both captures, and refuses a recording that lost packets of its own."""
        for process in self.captures:
            process.send_signal(signal.SIGINT)
            said = process.stderr.read()
            process.wait()
            if not re.search(r"^0 packets dropped by kernel", said, re.MULTILINE):
                raise RuntimeError(f"tcpdump lost packets: {said}")

    def start_wire(self, program, start_ns):
        script = os.path.join(self.work, "wire.script")
        with open(script, "w") as file:
            file.write("\n".join(self.scenario.wire) + "\n")
        wire = self.start("wire", program, "client", "server", str(start_ns), script,
                          stderr=subprocess.PIPE, text=True)
        said = wire.stderr.readline()
        if said != "ready\n":
            raise RuntimeError(said)

    def start_program(self, name, program, start_ns):
        """Starts one side. Servers run at once; clients wait for the start, so that they are listened to."""
        host = name.split(".")[0]
        addresses = self.scenario.addresses()
        other = "server" if host == "client" else "client"
        script, transcript = (os.path.join(self.work, f"{name}.{end}") for end in ("script", "transcript"))
        with open(script, "w") as file:
            lines = (["at 0s"] if host == "client" else []) + self.scenario.programs[name]
            file.write("\n".join(lines) + "\n")
        with open(transcript, "w") as out:
            return self.start(host, program, addresses[host], addresses[other], str(start_ns), script,
                              stdout=out)

    def last_step(self, name):
        """What a program wrote down last, for a complaint that it goes on."""
        with open(os.path.join(self.work, f"{name}.transcript")) as transcript:
            return "".join(transcript).strip().rpartition("\n")[2] or "none"


def wait_until(when_ns):
    time.sleep(max(0, (when_ns - time.time_ns()) / 1e9))
