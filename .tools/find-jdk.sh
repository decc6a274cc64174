# Sets JAVA_HOME to a JDK 25, or says what to install and returns 1. Sourced by build and hawker.
# Looks at JAVA_HOME, at java on the PATH, then where operating systems and tools put JDKs.

is_jdk25() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && grep -qs '^JAVA_VERSION="25[".]' "$1/release"
}

find_jdk() {
  local home java HOME=${HOME:-/}
  for home in "${JAVA_HOME:-}" "${JDK_HOME:-}"; do
    if [ -n "$home" ] && is_jdk25 "$home"; then export JAVA_HOME=$home; return 0; fi
  done
  java=$(command -v java || true)
  if [ -n "$java" ]; then
    # Follows links by hand: macOS has no readlink -f everywhere.
    while [ -L "$java" ]; do
      home=$(readlink "$java")
      case $home in /*) java=$home ;; *) java=$(dirname "$java")/$home ;; esac
    done
    home=$(dirname "$(dirname "$java")")
    if is_jdk25 "$home"; then export JAVA_HOME=$home; return 0; fi
  fi
  for home in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /usr/local/lib/jvm/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
      /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home \
      "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* \
      "$HOME"/.local/share/mise/installs/java/* "$HOME"/.jenv/versions/*; do
    if is_jdk25 "$home"; then export JAVA_HOME=$home; return 0; fi
  done
  echo "Hawker needs a JDK 25 and found none: not in JAVA_HOME (${JAVA_HOME:-not set}), not as java on the PATH" >&2
  echo "(${java:-none}), not in the usual folders. Install one, for example Eclipse Temurin 25 from" >&2
  echo "https://adoptium.net, or set JAVA_HOME to the one you have." >&2
  return 1
}
