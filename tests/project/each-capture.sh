#!/bin/sh
# each-capture.sh PROGRAM FOLDER: runs the program with every capture of the samples below the folder.
set -eu
"$1" "$2"/*/*.pcap
