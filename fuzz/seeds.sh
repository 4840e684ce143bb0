#!/usr/bin/env bash
# Fills the corpora with the policies and expressions of the test suites, one a file.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p corpus/policy_parse corpus/csharp_parse_eval
for suite in ../tests/suite/policy ../tests/suite/gateway ../tests/suite/lints; do
    find "$suite" -name '*.md' | while read -r file; do
        name=$(echo "$file" | tr '/.' '__')
        awk -v out="corpus/policy_parse/$name" \
            '/^```xml/ { n++; inside = 1; next } /^```/ { inside = 0 } inside { print > (out "_" n ".xml") }' "$file"
    done
done
grep -rhoE '@\(.*\)' ../tests/suite/policy ../tests/suite/gateway ../tests/suite/csharp |
    awk '{ print substr($0, 3, length($0) - 3) > ("corpus/csharp_parse_eval/" NR ".cs") }'
