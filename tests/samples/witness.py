#!/usr/bin/env python3
"""witness.py CLOSELINT SAMPLES: verdicts against what the programs and the kernel said.

For each sample with a witness.json, at both capture points: the ending of every connection is the expected
one; the cause that leads is the expected one, too, and those beneath it are expected at all; every RST that the kernel sent is reported with its sender and with a form that the kernel's reason allows,
and none is reported that nobody sent; each side's states are those that inet_sock_set_state saw; and every error
that a program got is among those that it is said to have seen.
"""
import collections
import json
import re
import subprocess
import sys
from pathlib import Path

REPLY = {"NO_SOCKET", "TCP_TIMEWAIT_SOCKET", "TCP_ABORT_ON_DATA", "TCP_FLAGS", "INVALID_SYN",
         "TCP_INVALID_ACK_SEQUENCE", "TCP_LISTEN_OVERFLOW"}
ABORT = {"TCP_STATE", "TCP_ABORT_ON_CLOSE", "TCP_ABORT_ON_LINGER", "TCP_ABORT_ON_MEMORY",
         "TCP_KEEPALIVE_TIMEOUT"}
# The kernel's names; TIME_WAIT lives in a socket of its own that the tracepoint does not see: the full socket goes to CLOSE.
STATE = {"TCP_CLOSE": "CLOSED", "TCP_LISTEN": "LISTEN", "TCP_SYN_SENT": "SYN_SENT", "TCP_SYN_RECV": "SYN_RECEIVED",
         "TCP_ESTABLISHED": "ESTABLISHED", "TCP_FIN_WAIT1": "FIN_WAIT_1", "TCP_FIN_WAIT2": "FIN_WAIT_2",
         "TCP_CLOSE_WAIT": "CLOSE_WAIT", "TCP_CLOSING": "CLOSING", "TCP_LAST_ACK": "LAST_ACK"}
# What one capture point cannot know of the other end, and why. Anything else is a failure.
UNKNOWABLE = {
    ("fin-unanswered", "server", "client"): "the client's FINs were lost before this capture point",
    ("last-ack-unanswered", "client", "server"): "the server's FINs were lost before this capture point",
    ("lost-fin-two-views", "server", "client"): "without the FIN that was lost this is a four-way close",
    ("fin-unanswered-then-reset", "server", "client"): "the client's FINs were lost before this capture point",
    ("nat-forgot", "server", "client"): "the second address has the client's packets of the end alone",
    ("nat-forgot-push", "server", "client"): "the second address has the client's packets of the end alone",
    ("filter-resets-established", "client", "server"): "the filter drops, behind the capture point, what answers its RST",
    ("filter-resets-established", "server", "server"): "the filter drops, behind the capture point, what answers its RST",
}
# What closelint says that the packets do not: (sample, view, check), and what is wrong with it. To be mended, not to be kept.
KNOWN = {
    **{("half-close-misread-reset", view, "endings"): "after the peer's FIN an abort is rst-answers-fin before it is close with "
       "unread data: a program that answered and read on had read the request" for view in ("client", "server")},
    **{(sample, view, "endings"): "words written without reading do not prove that what came before was read"
       for sample in ("server-said-why-redis", "server-said-why-ssh") for view in ("client", "server")},
    **{(sample, view, check): "an RST with another TTL, sooner than that host could answer, was sent on the way"
       for sample, view, check in (("reset-on-the-way-idle", "client", "endings"), ("reset-on-the-way-idle", "client", "states"),
                                   ("reset-on-the-way-at-once", "client", "endings"), ("reset-on-the-way-at-once", "server", "endings"))},
    **{("fast-open", view, "states"): "a SYN-ACK that acknowledges the SYN's data makes the client ESTABLISHED" for view in ("client", "server")},
    ("other-stack-bare-reset", "client", "endings"): "an abort needs no ACK (RFC 9293 3.10.5): the number, the id and the TTL go on",
    ("other-stack-echoed-window", "client", "endings"): "an RST that answers may have the window of what it answers",
    **{("health-check-reset", view, "endings"): "an RST that acknowledges the SYN-ACK ends a connection that was made, "
       "with SO_LINGER 0" for view in ("client", "server")},
}
STREAM = {"client": "stream", "server": "server_stream"}
OTHER = {"client": "server", "server": "client"}


def endpoints(connection):
    """{"client": ("10.0.0.1", 40000), …} of a connection in JSON or in the witness."""
    if isinstance(connection["client"], str):
        return {side: (connection[side].rpartition(":")[0].strip("[]"), int(connection[side].rpartition(":")[2]))
                for side in ("client", "server")}
    return {side: (connection[side]["addr"], connection[side]["port"]) for side in ("client", "server")}


def read_verdicts(closelint, capture):
    run = subprocess.run([closelint, "--no-config", "-o", "jsonl", capture], stdout=subprocess.PIPE, text=True)
    if run.returncode > 1:
        raise RuntimeError(f"closelint ended with {run.returncode}")
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return {line["stream"]: line for line in lines if line["type"] == "connection"}


def known_rules(closelint):
    listed = subprocess.run([closelint, "--no-config", "--list-rules"], stdout=subprocess.PIPE, text=True, check=True)
    return set(re.findall(r"^ +([\w-]+)", listed.stdout, re.M))


def expectations(witness, view):
    """(stream, ending, causes) of each connection that this capture shows."""
    for row in witness["connections"]:
        own = "" if view == "client" else "server_"
        if row[STREAM[view]] is not None:
            yield row[STREAM[view]], row[own + "expect"], row.get(own + "because", [])


def check_endings(witness, verdicts, view):
    for stream, expect, _ in expectations(witness, view):
        found = verdicts.get(stream, {"ending": None})["ending"]
        if found != expect:
            yield f"stream {stream}: expected {expect}, found {found}"


def check_causes(witness, verdicts, view):
    """The first that is told is the first that is expected; others that are told are expected, and need not be told."""
    for stream, _, expected in expectations(witness, view):
        told = [cause["rule"] for cause in verdicts.get(stream, {}).get("causes", [])]
        leads = [cause for cause in expected[:1] if cause in witness["rules"]]
        if (leads or not expected) and told[:1] != leads or not set(told) <= set(expected):
            yield f"stream {stream}: expected because {', '.join(expected) or 'of nothing'}, found {', '.join(told) or 'nothing'}"


def check_resets(witness, verdicts, view):
    """At the sender's own capture point each RST of the kernel must be there; at the other it may have been lost."""
    reported = collections.defaultdict(list)
    for verdict in verdicts.values():
        ends = endpoints(verdict)
        for reset in verdict["resets"]:
            reported[ends[reset["side"]], ends[OTHER[reset["side"]]]].append(reset)
    for sent in witness["resets"]:
        source, target = (sent["saddr"], sent["sport"]), (sent["daddr"], sent["dport"])
        allowed = "reply" if sent["reason"] in REPLY else "abort" if sent["reason"] in ABORT else None
        if allowed is None:
            yield f"the kernel's reason {sent['reason']} is not known here"
        if not sent["dport"]:  # a listening socket's: no destination in the tracepoint
            continue
        from_here = source[0] == endpoints(witness["connections"][0])[view][0]
        forms = [reset["form"] for reset in reported[source, target]]
        if from_here and allowed not in forms:
            yield f"RST {source}: {sent['reason']}, a {allowed}, but reported are {forms}"


def kernel_states(witness, source, target):
    """The states that one socket went through, in order; None where it had several lives or none."""
    states = []
    for change in witness["states"]:
        if (change["saddr"], change["sport"], change["daddr"], change["dport"]) == (*source, *target):
            states.append(STATE[change["new"]])
    return states


def own_states(verdict, side):
    states = [step["to"] for step in verdict["transitions"] if step["side"] == side]
    return ["CLOSED" if state == "TIME_WAIT" else state for state in states]


def comparable(states):
    """Without what no capture can show: SYN_RECEIVED comes late in the tracepoint, an orphan's FIN_WAIT_2 is CLOSED."""
    out = []
    for state in states:
        if state not in ("LISTEN", "SYN_RECEIVED") and (not out or out[-1] != state):
            out.append(state)
    return out


def check_states(witness, verdicts, view):
    streams = collections.Counter(tuple(endpoints(verdict).values()) for verdict in verdicts.values())
    for verdict in verdicts.values():
        ends = endpoints(verdict)
        if streams[tuple(ends.values())] > 1:
            continue  # the tracepoint does not tell one life of a tuple from the next
        for side in ("client", "server"):
            kernel = comparable(kernel_states(witness, ends[side], ends[OTHER[side]]))
            own = comparable(own_states(verdict, side))
            if kernel and not agree(kernel, own) and (witness["scenario"], view, side) not in UNKNOWABLE:
                yield f"stream {verdict['stream']} {side}: kernel {' '.join(kernel)}, found {' '.join(own)}"


# Not of the end: what programs get while they set up, or because they do not block.
NOT_THE_END = {None, "EAGAIN", "EINPROGRESS", "EINTR", "ENOTCONN", "EADDRINUSE"}


def check_programs(witness, verdicts, view):
    """Every error that a program got is among those that closelint says it saw."""
    if len(witness["connections"]) != 1 or witness["connections"][0][STREAM[view]] is None:
        return  # with several connections a call's errno cannot be told apart by side alone
    verdict = verdicts[witness["connections"][0][STREAM[view]]]
    if verdict["ending"] != witness["connections"][0]["expect"] or verdict["ending"] == "open":
        return  # this capture point was not shown what happened
    for side in ("client", "server"):
        told = " ".join(line["text"] for line in verdict["programs"] if line["who"] == side)
        errors = {call["errno"] for name, calls in witness["calls"].items() if name.split(".")[0] == side
                  for call in calls}
        for error in sorted(errors - NOT_THE_END, key=str):
            if error not in told:
                yield f"the {side} got {error}, and is told: {told}"


def agree(kernel, own):
    """Equal, up to an end that the capture cannot show: what the host did by itself, without a segment."""
    if kernel == own:
        return True
    orphan = [state for state in own if state != "FIN_WAIT_2"]
    return [state for state in kernel if state != "FIN_WAIT_2"] == orphan or kernel == own + ["CLOSED"]


def main():
    closelint, samples = sys.argv[1], Path(sys.argv[2])
    checks = {"endings": check_endings, "causes": check_causes, "resets": check_resets, "states": check_states,
              "programs": check_programs}
    failures, total = collections.Counter(), 0
    rules = known_rules(closelint)
    for path in sorted(samples.glob("*/witness.json")):
        witness = {**json.loads(path.read_text()), "rules": rules}
        for view in ("client", "server"):
            verdicts = read_verdicts(closelint, path.parent / f"{view}.pcap")
            total += len(verdicts)
            for name, check in checks.items():
                found = list(check(witness, verdicts, view))
                known = KNOWN.get((path.parent.name, view, name))
                if known:
                    print(f"{path.parent.name}/{view}.pcap: {name}: {f'known: {known}' if found else 'mended; no longer in KNOWN'}")
                    continue
                failures[name] += len(found)
                for failure in found:
                    print(f"{path.parent.name}/{view}.pcap: {name}: {failure}")
    failures = {name: count for name, count in failures.items() if count}
    print(f"{total} verdicts, failures: {failures or 'none'}")
    return 1 if failures or not total else 0


if __name__ == "__main__":
    sys.exit(main())
