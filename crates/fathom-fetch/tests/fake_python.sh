#!/bin/sh
# Stands in for Python in tests. A test links to it as `python3` and writes `behaviour.sh` beside the link: that is
# what "pip" does. It sees $here (the link's folder), $dest (what --dest says) and the arguments.
here=$(dirname "$0")
previous=
dest=
for argument; do
    if [ "$previous" = --dest ]; then dest=$argument; fi
    previous=$argument
done
. "$here/behaviour.sh"
