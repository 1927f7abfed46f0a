#!/bin/sh
# Makes the subsets again: subset.sh FOLDER, where FOLDER holds Arimo-Regular.ttf, Arimo-Bold.ttf and DejaVuSans.ttf whole.
set -eu
here=$(dirname "$0")
for weight in Regular Bold; do
  pyftsubset "$1/Arimo-$weight.ttf" --output-file="$here/Arimo-$weight.ttf" --no-hinting --name-IDs='0,1,2,3,4,5,6,13,14' \
    --layout-features='kern,mark,mkmk,ccmp,locl' \
    --unicodes='U+0020-007E,U+00A0-024F,U+02B0-036F,U+0370-052F,U+0590-05F4,U+1E00-1EFF,U+2000-206F,U+20A0-20BF,U+2100-218F,U+2190-21FF,U+2200-22FF'
done
pyftsubset "$1/DejaVuSans.ttf" --output-file="$here/DejaVuSans.ttf" --no-hinting --name-IDs='0,1,2,3,4,5,6,13,14' \
  --layout-features='*' \
  --unicodes='U+0020,U+0250-02FF,U+0530-058F,U+0600-06FF,U+0750-077F,U+10A0-10FF,U+1D00-1D7F,U+1F00-1FFF,U+2010-2027,U+2030-205E,U+2066-2069,U+2070-209C,U+2100-2426,U+2440-244A,U+2460-2BFF,U+FB00-FBB1,U+FE70-FEFF,U+FFFD,U+1F600-1F64F'
