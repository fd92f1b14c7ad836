#!/usr/bin/env python3
"""contradictions.py CLOSELINT CAPTURE...: whether what is said of one connection agrees with itself.

Each capture, or each in a folder, is analyzed into records (-o jsonl), and the words of every record, those of its
ending and of its findings, are held against its numbers and against each other: nobody denies an RST or a FIN that
the same record lists, nothing is "lost: nothing" beside bytes that were never acknowledged, no sentence has a
template left in it, and a number agrees with its noun.
"""
import json
import re
import subprocess
import sys
from pathlib import Path


def texts_of(part):
    """Everything that is said, with where it is said; but not what an RST says of itself."""
    if part.get("rule") == "rst-payload":
        return
    for key in ("title", "explanation", "lost"):
        if part.get(key):
            yield key, part[key]
    for key in ("programs", "confirm", "help"):
        for item in part.get(key, ()):
            yield key, item["text"]
    for text in part.get("lookalikes", ()):
        yield "lookalikes", text


def unacked(record, side):
    """Bytes that were captured and never acknowledged; None where the other side was not captured."""
    found = re.search(rf"(\S+ \S+) from the {side}", " ".join(
        finding["title"] for finding in record["findings"] if finding["rule"] == "data-lost"))
    return found.group(1) if found else None


def has_data_lost(record):
    return any(finding["rule"] == "data-lost" for finding in record["findings"])


def is_never_established(record):
    return record["handshake"] in ("syn-only", "unfinished")


# What no text may say whatever the record.
ALWAYS_WRONG = [
    (r"\{(if\b|\$|[a-z_.]+\})|<if", "a template is left in it"),
    (r"\b1 (bytes|times|segments|packets|connections|probes|others) ", "a plural of one"),
    (r"\b1 (byte|packet|segment) (were|are) ", "a verb of several for one"),
    (r"\w\(s\)", "a plural in brackets"),
    (r" [.,;:](\s|$)", "a space before a full stop"),
    (r"\b(and|or|with|the) *[.,;]", "a word hangs in the air"),
    (r"\b(client|server|closer|peer|resetter|resetted|stalled|silent|conn|rst|capture|listener)\.[a-z]+[._]", "the name of a fact"),
]

# What a text may not say where the condition holds.
WRONG_WHERE = [
    (r"no RST(?! is seen to)|without an RST", lambda r: r["resets"], "an RST was captured"),
    (r"[Nn]either side had (sent a FIN|closed)|no FIN and no RST had", lambda r: r["fins"], "a FIN was captured"),
    (r"connect\(\) (succeeded|had succeeded)|completed the handshake", is_never_established,
     "the handshake was not finished"),
    (r"connect\(\) has not succeeded|never established", lambda r: r["handshake"] == "full" and
     r["ending"] not in ("accept-overflow-abort", "refused", "connect-cancelled", "connection-refused"),
     "the handshake was finished"),
    (r"no data was (sent|exchanged)", lambda r: r["bytes"]["client"]["sent"] + r["bytes"]["server"]["sent"] > 0,
     "data was sent"),
    (r"gave up, without|had given the connection up", lambda r: "may have gone on" in r["explanation"],
     "it may have gone on"),
]


def wrong_texts(record, part, name):
    for key, text in texts_of(part):
        for pattern, reason in ALWAYS_WRONG:
            if re.search(pattern, text) and not (key == "lookalikes" and "space" in reason):
                yield name, key, text, reason
        for pattern, holds, reason in WRONG_WHERE:
            if key != "lookalikes" and re.search(pattern, text) and holds(record):
                yield name, key, text, reason


def denied_fin(record):
    """Nobody is said not to have sent a FIN that is listed."""
    for side in ("client", "server"):
        has_fin = any(fin["side"] == side for fin in record["fins"])
        if has_fin and re.search(rf"the {side} sent no FIN|no FIN[^.]* from the {side}", record["explanation"]):
            yield record["ending"], "explanation", record["explanation"], f"the {side} sent FIN"


def wrong_losses(record):
    """Who says that nothing was lost says so for all of the connection."""
    lost = record["lost"] or ""
    if lost.startswith("nothing") and has_data_lost(record):
        yield record["ending"], "lost", lost, "a finding says data-lost"
    claimed = re.findall(r"([\d.]+ (?:bytes?|[KMG]iB)) from the (client|server) (?:were )?never acknowledged", lost)
    for amount, side in claimed:
        found = unacked(record, side)
        if found and found != amount:
            yield record["ending"], "lost", lost, f"data-lost says {found} from the {side}"


def contradictions(record):
    yield from wrong_texts(record, record, record["ending"])
    for finding in record["findings"]:
        yield from wrong_texts(record, finding, finding["rule"])
    yield from denied_fin(record)
    yield from wrong_losses(record)
    if record["ending"] == "unclear" and re.search(r"\b[Ll]ikely\b", record["title"] + record["explanation"]):
        yield "unclear", "explanation", record["explanation"], "it is unclear, and something is likely"


def captures(arguments):
    for path in map(Path, arguments):
        yield from [path] if path.is_file() else sorted(path.rglob("*.pcap*"))


def records(closelint, paths):
    result = subprocess.run([closelint, "--no-config", "--fail-on", "never", "-o", "jsonl", *paths],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace")
    for line in result.stdout.splitlines():
        record = json.loads(line)
        if record["type"] == "connection":
            yield record


def main():
    closelint, seen, count, failed = sys.argv[1], set(), 0, 0
    for record in records(closelint, captures(sys.argv[2:])):
        count += 1
        for rule, key, text, reason in contradictions(record):
            failed += 1
            if (rule, key, reason) not in seen:  # once a kind
                seen.add((rule, key, reason))
                print(f"{record['capture']} stream {record['stream']}: {rule}, {key}: {reason}:\n    {text.strip()}")
    print(f"{count} connections, {failed} contradictions of {len(seen)} kinds")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
