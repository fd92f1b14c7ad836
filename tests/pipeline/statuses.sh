#!/bin/sh
# statuses.sh CLOSELINT SAMPLES: what the program says and how it exits, for good inputs and for bad ones.
set -u
closelint=$1 samples=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C.UTF-8 XDG_CONFIG_HOME="$dir"
unset NO_COLOR 2>/dev/null
good=$samples/four-way/client.pcap
bad=$samples/write-to-closed/client.pcap
failures=0

# expect STATUS PATTERN ARGUMENTS…: the exit status, and an extended regular expression that some line of standard error
# matches (empty: nothing is said there).
expect() {
    status=$1 pattern=$2
    shift 2
    "$closelint" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    got=$?
    if [ "$got" != "$status" ]; then
        echo "closelint $*: exit status $got, expected $status"
        failures=$((failures + 1))
    fi
    if [ -z "$pattern" ] && [ -s "$dir/err" ]; then
        echo "closelint $*: said '$(cat "$dir/err")'"
        failures=$((failures + 1))
    elif [ -n "$pattern" ] && ! grep -Eq -- "$pattern" "$dir/err"; then
        echo "closelint $*: nothing like '$pattern' in '$(cat "$dir/err")'"
        failures=$((failures + 1))
    fi
}

says() {
    if ! grep -Eq -- "$1" "$dir/out"; then
        echo "nothing like '$1' in: $(cat "$dir/out")"
        failures=$((failures + 1))
    fi
}

# captures that can be read
expect 0 '' "$good"
says '^1 connection in [0-9]+ frames: 1 ok'
expect 1 '' "$bad"
says '^error: '
expect 1 '' -r "$bad"
expect 0 '' --fail-on never "$bad"
expect 1 '' "$good" "$bad"
says '^2 captures, 1 without anything to tell'
expect 0 '' -f 'udp' "$bad"
expect 0 '' --where 'server.port == 1' "$bad"
says '^0 of 1 connection'
expect 1 '' --where 'rst.seen' "$bad"
expect 1 '' --stream 0 -V "$bad"
says 'conn.stream: 0'
expect 0 '' --why 0 "$bad"
says 'rst-after-write-to-closed'
expect 0 '' --follow 0:client "$good"
[ "$(cat "$dir/out")" = abcde ] || { echo "--follow: '$(cat "$dir/out")'"; failures=$((failures + 1)); }
expect 0 '' --ignore reset,data-lost "$bad"
expect 1 '' --join "$good" "$bad"
says '^  joined   '
expect 1 '' --join "$bad"
expect 0 '' --join --follow 0:client "$good" "$bad"
expect 0 '' --join --why 0 "$good" "$bad"
expect 0 '' -o json="$dir/report.json" -o jsonl="$dir/report.jsonl" "$good"
[ -s "$dir/report.json" ] && [ -s "$dir/report.jsonl" ] || { echo "-o FILE wrote nothing"; failures=$((failures + 1)); }
[ ! -s "$dir/out" ] || { echo "reports in files, and yet output"; failures=$((failures + 1)); }

# inputs that cannot be read
expect 3 'closelint: .*missing\.pcap: ' "$dir/missing.pcap"
expect 3 'closelint: .*directory' "$dir"
: >"$dir/empty.pcap"
expect 3 'empty.pcap: the file is empty' "$dir/empty.pcap"
echo 'This is no capture, but a text file.' >"$dir/text.pcap"
expect 3 'text.pcap: .*text file' "$dir/text.pcap"
expect 3 'missing\.pcap' "$dir/missing.pcap" "$bad"
says '^error: '
expect 3 'standard input' -
expect 3 'error: .*missing\.pcap: ' --join "$bad" "$dir/missing.pcap"
says '^error: .* had already closed'

# captures that end too early: read as far as they go
size=$(wc -c <"$bad")
head -c $((size - 10)) "$bad" >"$dir/cut.pcap"
expect 0 '' --fail-on never "$dir/cut.pcap"
says '^note: the capture is cut short'
expect 0 'note: .*cut short' --fail-on never -o jsonl "$dir/cut.pcap"
expect 0 '' -q --fail-on never -o jsonl "$dir/cut.pcap"
{ head -c $((size - 40)) "$bad"; head -c 200 /dev/zero | tr '\0' '\377'; } >"$dir/damaged.pcap"
expect 3 'damaged.pcap: error: ' "$dir/damaged.pcap"
says '[0-9]+ frames?: '

# wrong usage, and mistakes in rules
expect 2 'closelint: which capture' 
expect 2 'closelint: .*--no-such-option' --no-such-option
expect 2 'expected one of text, concise, json, jsonl' -o yaml "$good"
expect 2 'standard output already' -o text -o json "$good"
expect 2 'cannot be written' -o json="$dir/no/such/folder" "$good"
expect 2 'expected one of' --fail-on disaster "$good"
expect 2 'expected one of' -t z "$good"
expect 2 'expected one of' --color sometimes "$good"
expect 2 'exclude' -q -v "$good"
expect 2 'no stream 99' --stream 99 "$good"
expect 2 'no stream 99' --why 99 "$good"
expect 2 'no stream 99' --follow 99:client "$good"
expect 2 'expected N:client or N:server' --follow 0 "$good"
expect 2 'expected one of client, server' --follow 0:both "$good"
expect 2 '--stream does nothing with --follow' --stream 0 --follow 0:client "$good"
expect 2 '--why and --follow cannot be done at a time' --why 0 --follow 0:client "$good"
expect 2 'reads one capture' --follow 0:client "$good" "$bad"
expect 3 'missing.pcap' --follow 0:client "$dir/missing.pcap"
expect 2 '--list-facts and --test-rules cannot' --list-facts --test-rules
expect 2 'no option --stram; did you mean --stream' --stram 1 "$good"
expect 2 "expected one of .*; did you mean 'warning'" --fail-on warn "$good"
expect 2 'did you mean rst-linger-zero' --explain rst-linger
expect 2 '--stream -1: expected a number' --stream -1 "$good"
expect 2 '--why 4294967296: expected a number' --why 4294967296 "$good"
expect 2 '--stream is given more than once' --stream 0 --stream 1 "$good"
expect 2 '--where is given more than once' --where rst.seen --where rst.seen "$good"
expect 2 '-o does nothing with --why' --why 0 -o json "$good"
expect 2 '-o does nothing with --follow' --follow 0:client -o json "$good"
expect 2 '-o does nothing with --list-rules' --list-rules -o json
expect 2 '--samples does nothing with a report' --samples "$samples" "$good"
expect 2 '-V goes with --stream' -V "$good"
not_utf8=$(printf 'rst.seen\377')
expect 2 '--where .*: this is not UTF-8 text' --where "$not_utf8" "$good"
"$closelint" <"$good" 2>"$dir/err" >/dev/null
grep -q 'closelint \[OPTION...\] -$' "$dir/err" || { echo "no hint at -: $(cat "$dir/err")"; failures=$((failures + 1)); }
LC_ALL=C "$closelint" --where 'rst.seen and "é" == "é"' "$good" 2>"$dir/err" >/dev/null
grep -q 'onversion' "$dir/err" && { echo "in the C locale: $(cat "$dir/err")"; failures=$((failures + 1)); }
LC_ALL=C "$closelint" --help | grep -q '[^ -~]' && { echo "--help in the C locale is not ASCII"; failures=$((failures + 1)); }
expect 2 'no such rule; did you mean four-way' --explain for-way
expect 2 '^--where:1:1: error: ' --where 'no.such.fact' "$good"
expect 2 "closelint: -f " -f "no such filter" "$good"
echo 'nonsense: true' >"$dir/rule.yaml"
expect 2 'rule.yaml:1:1: error: ' --rules "$dir/rule.yaml" "$good"
expect 2 '.*' --config "$dir/missing.yaml" "$good"

# rules tried on samples
cat >"$dir/made.yaml" <<'END'
finding: made-for-this-test
severity: note
when: "rst.seen"
title: "an RST"
happened: "There was one."
references: ["RFC 9293 3.5.2"]
samples: {fires: [write-to-closed, linger-zero/client], silent: [four-way]}
END
expect 0 '' --test-rules --samples "$samples" --rules "$dir/made.yaml" --select made-for-this-test
says '^1 rules?, 5 checks on 5 captures: 0 failed'
sed -i 's/\[four-way\]/[no-such-sample, linger-zero]/' "$dir/made.yaml"
expect 1 '' --test-rules --samples "$samples" --rules "$dir/made.yaml" --select made-for-this-test
says 'made.yaml:1: made-for-this-test: no-such-sample: there is no such sample'
says 'linger-zero/server.pcap: fires, and should stay silent'

# documentation
expect 0 '' --version
says '^closelint [0-9]'
expect 0 '' --list-rules
says 'four-way'
expect 0 '' --list-facts
says 'rst.seen'
expect 0 '' --explain four-way
says 'RFC 9293'
expect 0 '' --help
says '--fail-on'

# a reader that goes away is no error
"$closelint" --list-facts 2>"$dir/err" | head -n 1 >/dev/null
[ ! -s "$dir/err" ] || { echo "a closed pipe: $(cat "$dir/err")"; failures=$((failures + 1)); }

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
