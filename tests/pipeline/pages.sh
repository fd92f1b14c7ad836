#!/bin/sh
# pages.sh [--write] CLOSELINT DOCS: whether docs/rules.md and docs/facts.md are what the program says of its rules and
# facts. With --write they are made so (`meson compile docs`).
set -eu
write=
if [ "$1" = --write ]; then
    write=1
    shift
fi
closelint=$1 docs=$2
status=0
for page in rules facts; do
    if [ "$write" ]; then
        "$closelint" --no-config --list-$page --markdown >"$docs/$page.md.new"
        mv "$docs/$page.md.new" "$docs/$page.md"
    elif ! "$closelint" --no-config --list-$page --markdown | diff -u "$docs/$page.md" - >&2; then
        echo "docs/$page.md is not current: meson compile docs" >&2
        status=1
    fi
done
exit $status
