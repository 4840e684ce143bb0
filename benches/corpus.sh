#!/bin/sh
# Makes the documents that docs/PERFORMANCE.md measures: the distinct policies of a folder of public ones that both
# genai-lz and xmllint accept, repeated under names of their own until there are enough.
#
#   sh benches/corpus.sh GENAI_LZ SCHEMA FROM TO [COUNT]
#
# GENAI_LZ is the binary, SCHEMA the policies.xsd that xmllint takes, FROM the folder with public policies. TO gets
# `raw/` (as written), `xml/` (the same as well-formed XML, which is all that xmllint reads) and `scale/` (policies of
# 125 kB to 1 MB made up here, to see how time grows).
set -eu

lz=$1 schema=$2 from=$3 to=$4 count=${5:-1000}
rm -rf "$to/raw" "$to/xml" "$to/scale"
mkdir -p "$to/raw" "$to/xml" "$to/scale"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Distinct by content, and accepted.
find "$from" -name '*.xml' -type f -exec sha256sum {} + | sort | awk '!seen[$1]++' | cut -c67- >"$work/distinct"
kept=0
while IFS= read -r file; do
    "$lz" validate "$file" >/dev/null 2>&1 || continue
    "$lz" policy convert --to xml "$file" >"$work/xml" 2>/dev/null || continue
    "$lz" validate - <"$work/xml" >/dev/null 2>&1 || continue
    xmllint --noout --schema "$schema" "$work/xml" >/dev/null 2>&1 || continue
    cp "$file" "$work/$kept.raw"
    mv "$work/xml" "$work/$kept.xml"
    kept=$((kept + 1))
done <"$work/distinct"
echo "$(wc -l <"$work/distinct") distinct files, $kept accepted by both"
[ "$kept" -gt 0 ]

at=0
while [ "$at" -lt "$count" ]; do
    name=$(printf '%04d.xml' "$at")
    for form in raw xml; do
        cp "$work/$((at % kept)).$form" "$to/$form/$name"
    done
    at=$((at + 1))
done
for form in raw xml; do
    echo "$to/$form: $count files, $(cat "$to/$form"/* | wc -c) bytes"
done

# A policy whose size is all in one thing: $1 the name, $2 what is repeated, $3 before it, $4 after it.
scale() {
    for kilobytes in 125 250 500 1000; do
        awk -v size=$((kilobytes * 1000)) -v unit="$2" -v before="$3" -v after="$4" 'BEGIN {
            printf "%s", before
            for (written = 0; written < size; written += length(line)) {
                line = unit
                gsub("NUMBER", ++number, line)
                printf "%s", line
            }
            print after
        }' >"$to/scale/$1-$kilobytes.xml"
    done
}

scale elements '
  <set-header name="x-NUMBER" exists-action="override">
    <value>NUMBER</value>
  </set-header>' '<fragment>' '
</fragment>'
scale expressions '
  <set-variable name="vNUMBER" value="@(context.Request.Headers.GetValueOrDefault(\"x-NUMBER\", \"\").Length + 1)" />' \
    '<fragment>' '
</fragment>'
scale line '<set-header name="x-NUMBER"><value>NUMBER</value></set-header>' '<fragment>' '</fragment>'
scale expression ' + context.Request.Headers.GetValueOrDefault(\"x-NUMBER\", \"\")' \
    '<fragment><set-variable name="v" value="@(\"\"' ')" /></fragment>'
scale text 'word NUMBER ' '<fragment><set-body>' '</set-body></fragment>'
