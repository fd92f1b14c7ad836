"""What bench and instructions.py share: making captures, running programs on them, medians."""
import json
import os
import re
import statistics
import subprocess


def middle(values):
    return statistics.median(values)


def median(results, key):
    return middle([result[key] for result in results])


def verdict(value, limit, slack=1.0):
    return "ok" if value <= limit * slack else "over"


def alternate(pairs, first, second):
    """Both `pairs` times, in turn; the results of each."""
    first(), second()  # warm: the page cache, the loader's files
    results = [(first(), second()) for _ in range(pairs)]
    return [one for one, _ in results], [other for _, other in results]


def settle(path):
    """Reads a new file into the page cache, once it is on disk: not while something is measured."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        while file.read(1 << 24):
            pass


class Capture:
    """A generated capture: its path (None where it went into a pipe) and what is in it."""

    def __init__(self, path, counts):
        self.path = path
        found = dict(re.findall(r"(\w+)=(\d+)", counts))
        self.packets, self.connections = int(found["packets"]), int(found["connections"])

    def remove(self):
        os.unlink(self.path)


class Tools:
    """The programs; captures and outputs are in `folder`."""

    def __init__(self, closelint, tools, folder):
        self.closelint_path = closelint
        self.generate, self.pcaploop_path, self.measure_path = (
            os.path.join(tools, "bench-" + name) for name in ("generate", "pcaploop", "measure"))
        self.folder = folder
        self.output = os.path.join(folder, "output")

    def capture(self, name, *options):
        path = os.path.join(self.folder, name + ".pcap")
        done = subprocess.run([self.generate, *options, "-o", path], stderr=subprocess.PIPE, text=True,
                              check=True)
        settle(path)
        return Capture(path, done.stderr)

    def measure(self, command, stdin=None):
        """Runs the command, standard output to a file; what bench-measure says of it."""
        options = ["-o", self.output]
        done = subprocess.run([self.measure_path, *options, *command], stdin=stdin, stderr=subprocess.PIPE,
                              text=True, check=True)
        result = json.loads(done.stderr.splitlines()[-1])
        if result["status"] not in (0, 1):
            raise RuntimeError(f"{command[0]} ended with status {result['status']}: {done.stderr}")
        result["cpu_ns"] = result["user_ns"] + result["system_ns"]
        return result

    def pcaploop(self, capture):
        return self.measure([self.pcaploop_path, capture.path])

    def closelint_on(self, path):
        return self.measure([self.closelint_path, "--no-config", path])

    def closelint(self, capture, pipe=False):
        if pipe:
            return self.closelint_from(["cat", capture.path])
        return self.closelint_on(capture.path)

    def closelint_from(self, producer):
        """With what `producer` writes on standard input."""
        with subprocess.Popen(producer, stdout=subprocess.PIPE) as process:
            return self.measure([self.closelint_path, "--no-config", "-"], stdin=process.stdout)

    def closelint_from_generator(self, *options):
        """The same of a capture that is never written to disk: (result, Capture)."""
        with subprocess.Popen([self.generate, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as process:
            result = self.measure([self.closelint_path, "--no-config", "-"], stdin=process.stdout)
            return result, Capture(None, process.stderr.read())
