#!/usr/bin/env bash
# Tests of everything in editors/. What is not installed is skipped with a word; `--install` installs it first
# (Debian's packages, npm and crates.io), `--strict` makes a skip a failure.
#
#     editors/test/run.sh [--install] [--strict] [grammar|queries|vscode|neovim|emacs|helix|zed]...
#
# WFC names the program (target/debug/wfc when it is there), TREE_SITTER the grammar's tool.
set -uo pipefail
cd "$(dirname "$0")/.."
editors=$PWD
root=$(cd .. && pwd)
tools=$root/target/tools
export PATH=$tools/bin:$PATH
TREE_SITTER_VERSION=0.27.1

install=no strict=no parts=()
for argument in "$@"; do
  case $argument in
    --install) install=yes ;;
    --strict) strict=yes ;;
    *) parts+=("$argument") ;;
  esac
done
[ ${#parts[@]} -gt 0 ] || parts=(grammar queries helix zed vscode neovim emacs)

if [ $install = yes ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    missing=()
    command -v nvim >/dev/null || missing+=(neovim)
    command -v emacs >/dev/null || missing+=(emacs-nox)
    [ -d /usr/share/emacs/site-lisp/elpa-src ] || missing+=(elpa-eglot)
    command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
    if [ ${#missing[@]} -gt 0 ]; then
      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
  fi
  command -v "${TREE_SITTER:-tree-sitter}" >/dev/null ||
    cargo install tree-sitter-cli --locked --version $TREE_SITTER_VERSION --no-default-features --quiet --root "$tools"
  (cd vscode && npm ci --silent)
fi

treesitter=${TREE_SITTER:-tree-sitter}
wfc=${WFC-}
[ -n "$wfc" ] || { [ -x "$root/target/debug/wfc" ] && wfc=$root/target/debug/wfc; }
[ -n "$wfc" ] || wfc=$(command -v wfc || true)
export WFC=$wfc

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=() skipped=()

skip() { echo "skipped: $1"; skipped+=("$1"); }
# Says what is done, does it, and notes a failure; what is printed is shown when it fails.
step() {
  local what=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    echo "ok: $what"
  else
    echo "FAILED: $what"
    cat "$work/log"
    failed+=("$what")
  fi
}

# The tool reads src/grammar.json, which is not kept: it is made with the parser, anew, beside the one that is.
generated() {
  mkdir -p "$work/generated"
  "$treesitter" generate --abi 14 --output "$work/generated" tree-sitter-wf/grammar.js &&
    cp "$work/generated/grammar.json" "$work/generated/node-types.json" tree-sitter-wf/src/ &&
    cmp "$work/generated/parser.c" tree-sitter-wf/src/parser.c
}

# What other parts need of it.
has_grammar() {
  command -v "$treesitter" >/dev/null && { [ -f tree-sitter-wf/src/grammar.json ] || generated >/dev/null 2>&1; }
}

compiles() {
  local queries=("$@") query
  for query in "${queries[@]}"; do
    # A query that only inherits another language's is that language's.
    grep -q '^; inherits' "$query" && continue
    (cd tree-sitter-wf && "$treesitter" query -p . "$editors/$query" "$root/examples/triage.wf" >/dev/null) || { echo "$query"; return 1; }
  done
}

grammar() {
  if ! command -v "$treesitter" >/dev/null; then
    skip "the grammar: no tree-sitter (npm install -g tree-sitter-cli, or --install)"
    return
  fi
  step "src/parser.c is what grammar.js says" generated
  step "the corpus, and the colours" bash -c "cd tree-sitter-wf && '$treesitter' test -p ."
  step "every valid file and block of the docs parses" node tree-sitter-wf/test/files.mjs "$treesitter"
  step "the grammar's queries fit it" compiles tree-sitter-wf/queries/*.scm
}

queries() { step "the other editors' queries are the grammar's" node test/queries.mjs; }

helix() {
  if command -v hx >/dev/null; then
    mkdir -p "$work/helix/runtime/queries"
    sed "s#/path/to/wfc#$root#" helix/languages.toml >"$work/helix/languages.toml"
    cp -r helix/queries/* "$work/helix/runtime/queries/"
    step "helix knows the language" env XDG_CONFIG_HOME="$work" hx --health wf
  else
    skip "helix itself: it is not installed (no package in Debian 12)"
  fi
  step "the configuration of Helix and Zed" node test/toml.mjs
  if has_grammar; then step "helix's queries fit the grammar" compiles helix/queries/*/*.scm; fi
}

zed() {
  skip "zed itself: it is not installed (no package in Debian); its files are read as Zed reads them"
  if has_grammar; then step "zed's queries fit the grammar" compiles zed/languages/*/*.scm; fi
  if [ -n "${WF_ZED_BUILD-}" ]; then
    step "zed's extension compiles" cargo check --locked --manifest-path zed/Cargo.toml --target wasm32-unknown-unknown
  else
    skip "compiling zed's extension: it takes two minutes (WF_ZED_BUILD=1)"
  fi
}

vscode() {
  if [ ! -d vscode/node_modules ]; then
    skip "vscode: npm ci has not been run (or --install)"
    return
  fi
  step "types" bash -c "cd vscode && npm run --silent check"
  step "the extension is built" bash -c "cd vscode && npm run --silent build"
  step "grammars, modules, and the client with the server" bash -c "cd vscode && node --test 'test/'*.test.mjs"
  [ -n "$WFC" ] || skip "vscode's client with the server: no program wfc (cargo build -p wfc-cli)"
  step "wfc.vsix is packaged" bash -c "cd vscode && npm run --silent package"
  # The packaged bundle is the small one; tests use the other.
  if command -v code >/dev/null; then
    step "VS Code takes the extension" code --extensions-dir "$work/extensions" --user-data-dir "$work/user" --install-extension vscode/wfc.vsix
  else
    skip "VS Code itself: there is no \`code\` here (no package in Debian; \`code-server\` of npm wants GitHub)"
  fi
  if [ -n "$WFC" ] && command -v chromium >/dev/null; then
    step "vscode's modules are built again" bash -c "cd vscode && npm run --silent build"
    step "the preview's page in Chromium" node vscode/scripts/preview.mjs "$editors/test/broken.wf" "$work/preview.png"
    # shellcheck disable=SC2015
    [ -n "${WF_PREVIEW-}" ] && cp "$work/preview.png" "$WF_PREVIEW" || true
  else
    skip "the preview's page: no Chromium, or no program wfc"
  fi
}

neovim() {
  if ! command -v nvim >/dev/null; then
    skip "neovim: it is not installed"
    return
  fi
  [ -n "$WFC" ] || skip "neovim with the server: no program wfc"
  mkdir -p "$work/nvim"
  step "$(nvim --version | head -1)" env WF_EDITORS="$editors" WF_WORK="$work/nvim" timeout 120 nvim --headless -u NONE -i NONE -S test/neovim.lua
}

emacs_batch() {
  local packages='(progn (require (quote package)) (push "/usr/share/emacs/site-lisp/elpa" package-directory-list) (package-initialize))'
  timeout 120 emacs -Q --batch --eval "$packages" -L emacs "$@"
}

emacs_() {
  if ! command -v emacs >/dev/null; then
    skip "emacs: it is not installed"
    return
  fi
  step "wf-mode compiles without a warning" emacs_batch --eval '(setq byte-compile-error-on-warn t byte-compile-dest-file-function (lambda (_) (make-temp-file "wf" nil ".elc")))' -f batch-byte-compile emacs/wf-mode.el
  emacs_batch --eval '(unless (locate-library "eglot") (kill-emacs 1))' >/dev/null 2>&1 || skip "emacs with the server: no eglot (elpa-eglot)"
  step "$(emacs --version | head -1)" emacs_batch -l test/emacs.el -f ert-run-tests-batch-and-exit
}

for part in "${parts[@]}"; do
  printf -- '-- %s (%ss)\n' "$part" "$SECONDS"
  case $part in
    grammar | queries | helix | zed | vscode | neovim) "$part" ;;
    emacs) emacs_ ;;
    *) echo "no such part: $part" && exit 2 ;;
  esac
done

printf '%s skipped, %s failed, %ss\n' ${#skipped[@]} ${#failed[@]} "$SECONDS"
[ ${#failed[@]} -eq 0 ] || exit 1
[ $strict = no ] || [ ${#skipped[@]} -eq 0 ] || exit 1
