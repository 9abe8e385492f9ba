/**
 * The script that HylaFAX calls with each fax it has received, as it calls `bin/faxrcvd`, for a folder with an absolute path.
 * It is POSIX shell, with `cp`, `date`, `mv`, `printf`, `sed`, `sync` and `tr`. What a caller sends is only ever data: in
 * quotes, and escaped where it goes into JSON.
 */
export function hookScript(folder: string): string {
  return `#!/bin/sh
# Hands a fax that HylaFAX has received to Mitral. Made by \`mitral fax hook\`.
#
# HylaFAX calls it as it calls bin/faxrcvd:
#   file device commid error [caller-number [caller-name [called-number]]]
# The fax is copied: the one in recvq stays where it is.
set -eu
LC_ALL=C
export LC_ALL
umask 027

folder=${quoted(folder)}

if [ "$#" -lt 4 ]; then
  echo "usage: $0 file device commid error [caller-number [caller-name [called-number]]]" >&2
  exit 64
fi
file=$1 device=$2 commid=$3 error=$4
shift 4
from=\${1-} to=\${3-}

# A call in which nothing was received leaves no file.
[ -s "$file" ] || exit 0

text() {
  printf '%s' "$1" | tr '\\000-\\037\\177' '[ *]' | sed 's/[\\\\"]/\\\\&/g'
}

name=$(printf '%s' "$commid" | tr -cd 'A-Za-z0-9_-')-\${file##*/}
half=$folder/.$name.part
trap 'rm -f "$half" "$half.json"' EXIT

cp -- "$file" "$half"
printf '{"id":"%s","from":"%s","to":"%s","receivedAt":%s000,"error":"%s","device":"%s"}\\n' \\
  "$(text "$commid")" "$(text "$from")" "$(text "$to")" "$(date +%s)" "$(text "$error")" "$(text "$device")" \\
  > "$half.json"
sync "$half" "$half.json" 2> /dev/null || sync

# The fax comes last: once it is there, what is said of it is there, too.
mv -f "$half.json" "$folder/$name.json"
mv -f "$half" "$folder/$name"
`;
}

/** As one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
