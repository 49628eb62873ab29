#!/bin/sh
# labels_test.sh: each Chinese text of a page or message has its English (ui/en.*.tsv).
cd "$(dirname "$0")/.." || exit 2
exec node tests/lib/labels.mjs
