#!/bin/sh
# The environment alone: .venv, Debian's packages (as root), static/build, catalogues. Quick when nothing changed.
set -eu
python=$1
if [ -z "$python" ]; then
    echo "casetrack: Python 3.11, 3.12 or 3.13 is needed (python3 is $(python3 --version 2>&1 || echo missing))" >&2
    exit 1
fi
unset PYTHONDONTWRITEBYTECODE

say() { echo "casetrack: $*"; }
as_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }
debian() {
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
make_venv() { "$python" -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; return 1; }; }

wanted=$(cksum < requirements-dev.txt)
if [ "$(cat .venv/.stamp 2>/dev/null || true)" != "$wanted" ]; then
    if ! [ -x .venv/bin/pip ]; then
        say "making .venv with $python (half a minute)"
        make_venv || { as_root && debian python3-venv && make_venv; } || {
            say "$python cannot make a virtual environment (on Debian: apt-get install python3-venv)" >&2
            exit 1
        }
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore -r requirements-dev.txt
    echo "$wanted" > .venv/.stamp
fi

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v xgettext >/dev/null 2>&1 || missing="$missing gettext"
[ -n "$(find /usr/share/fonts -name 'NotoSansCJK*' 2>/dev/null | head -n 1)" ] || missing="$missing fonts-noto-cjk"
if [ -n "$missing" ]; then
    if ! { as_root && say "installing Debian's$missing" && debian $missing; }; then
        say "the tests also need: sudo apt-get install --no-install-recommends$missing" >&2
    fi
fi

.venv/bin/python -m casetrack.local.assets
.venv/bin/python -m casetrack.local.catalogues
wanted=$(cat static/build/.stamp; grep '^SERVED_STATIC' casetrack/settings.py; find static/img -type f -exec cksum {} + ; echo "$wanted")
if [ "$(cat var/static/.stamp 2>/dev/null || true)" != "$wanted" ]; then
    SECRET_KEY=setup .venv/bin/python manage.py collectstatic --noinput --clear --verbosity 0
    echo "$wanted" > var/static/.stamp
fi
