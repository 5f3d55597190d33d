#!/bin/sh
# The command “loa”. The station of this computer lies in /var/lib/loa and belongs to the user loa: root works there as
# that user, so that no file of the station becomes root's. Everybody else uses stations of their own.
set -eu
program=/usr/lib/loa/bin/loa
if [ "$(id -u)" != 0 ]; then exec "$program" "$@"; fi
here=$PWD
while [ "$here" != / ] && [ ! -e "$here/schedule.yaml" ]; do here=$(dirname "$here"); done
[ "$here" != / ] || cd /var/lib/loa
for name in HOME=/var/lib/loa "LANG=${LANG:-C.UTF-8}" "TERM=${TERM:-dumb}" ${LOA_LANG:+"LOA_LANG=$LOA_LANG"}; do export "${name?}"; done
exec setpriv --reuid=loa --regid=loa --init-groups -- "$program" "$@"
