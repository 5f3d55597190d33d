#!/bin/sh
# The first start makes a station in the volume.
set -eu
if [ -z "$(ls -A /station)" ]; then loa new station /station >&2; fi
exec loa --workspace /station "$@"
