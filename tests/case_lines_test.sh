#!/bin/sh
# case_lines_test.sh: what a new ordinary case costs its author: 9 fields, 5 states, at most 150 lines of at
# most 120 characters (the desk's tests build and run the same file).
set -u
cd "$(dirname "$0")/.." || exit 2
file=src/desk/sample_case.h
lines=$(grep -vc '^ *\(/\*.*\*/\)* *$' "$file")
longest=$(awk '{ if (length($0) > n) n = length($0) } END { print n + 0 }' "$file")
fields=$(sed -n '/booth_fields\[\]/,/};/p' "$file" | grep -c '  F(')
states=$(sed -n '/booth_states\[\]/,/};/p' "$file" | grep -o '{"[a-z_]*",' | wc -l)
say() { if [ "$2" -eq 1 ]; then echo "ok $1"; else echo "not ok $1"; fi; }
say "case_lines: $fields fields and $states states are 9 and 5" "$([ "$fields" -eq 9 ] && [ "$states" -eq 5 ] && echo 1 || echo 0)"
say "case_lines: $lines lines of at most 150" "$([ "$lines" -le 150 ] && echo 1 || echo 0)"
say "case_lines: longest line $longest of at most 120" "$([ "$longest" -le 120 ] && echo 1 || echo 0)"
