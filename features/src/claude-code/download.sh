# Part of install.sh: a downloader for as long as it is needed, and downloads that end in one of a few outcomes.
# shellcheck shell=sh disable=SC2154 # $work is install.sh's

# A downloader, only for as long as it is needed.
install_downloader() {
  added=
  if have curl || have wget; then return; fi
  if have apt-get; then
    added=apt
    apt_packages >"$work/packages"
    export DEBIAN_FRONTEND=noninteractive
    own_debconf
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends curl ca-certificates; } >"$work/packages.log" 2>&1 ||
      package_failure
  elif have apk; then
    added=apk
    apk add -q --no-cache --virtual .claude-code-downloader curl ca-certificates >"$work/packages.log" 2>&1 || package_failure
  elif have dnf; then
    added=dnf
    dnf install -y -q curl >"$work/packages.log" 2>&1 || package_failure
  elif have zypper; then
    added=zypper
    zypper -q -n install curl >"$work/packages.log" 2>&1 || package_failure
  else
    fail 'neither curl nor wget is in the image, and no package manager is known' 'Install curl in the Dockerfile.'
  fi
}

package_failure() {
  tail -5 "$work/packages.log" >&2
  fail 'curl could not be installed' "Install curl in the Dockerfile, or check the build's way to the package mirror."
}

# debconf writes its whole database anew for a package that asks nothing: to a copy, that the image's stays as it is.
own_debconf() {
  [ -r /etc/debconf.conf ] && cp -r /var/cache/debconf "$work/debconf" || return 0
  sed "s#/var/cache/debconf#$work/debconf#" /etc/debconf.conf >"$work/debconf.conf"
  export DEBCONF_SYSTEMRC="$work/debconf.conf"
}

apt_packages() { dpkg-query -W -f '${binary:Package}\n' | sort; }

# What came with it, and nothing that the image had: apt's own idea of what nobody needs takes in more, and less.
remove_downloader() {
  case $added in
    apt)
      apt_packages | comm -13 "$work/packages" - | xargs -r apt-get purge -y -qq
      apt-get clean
      rm -rf /var/lib/apt/lists/*
      ;;
    apk) apk del -q .claude-code-downloader ;;
    dnf) dnf remove -y -q curl && dnf clean all ;;
    zypper) zypper -q -n remove curl && zypper -q clean --all ;;
  esac >/dev/null 2>&1 || true
}

# download URL FILE: 0 done, 4 not found (the caller knows what that means); everything else ends here. A transfer that
# was cut goes on from where it was; what comes of it is checked by its hash in any case.
download() {
  try=1
  rm -f "$2"
  while :; do
    resume=false
    if [ -s "$2" ]; then resume=true; fi
    download_once "$1" "$2"
    case $outcome in
      ok) return 0 ;;
      missing) return 4 ;;
      tls)
        fail "the certificate of $(host_of "$1") is not trusted" \
          'Behind a TLS-inspecting proxy, copy its CA into the image and give its path as option caCertificate.'
        ;;
      unverified) fail 'the wget of this image does not check certificates' 'Install curl in the Dockerfile.' ;;
      full) fail "the disk is full: $2 could not be written" 'Free space where the engine keeps its images.' ;;
      transient) ;;
      stale) rm -f "$2" ;;
      *) fail "$(host_of "$1") refused the download ($outcome)" 'Check the registry and the proxy settings of the build.' ;;
    esac
    [ "$try" -lt "$TRIES" ] || fail "$(host_of "$1") can not be reached" "$detail" \
      "Check the build's network and proxy, or give an npm mirror as option npmRegistry."
    try=$((try + 1))
    sleep $((try * try))
  done
}

# Downloaders trust one file: the image's own authorities go in beside the option's.
collect_authorities() {
  if [ -z "$CACERTIFICATE" ]; then return; fi
  for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem; do
    if [ -r "$bundle" ]; then
      cat "$bundle"
      break
    fi
  done >"$work/authorities"
  { echo && cat "$CACERTIFICATE"; } >>"$work/authorities"
}

host_of() { echo "$1" | sed 's#^[a-z]*://##; s#/.*##'; }

download_once() {
  if have curl; then curl_once "$1" "$2"; else wget_once "$1" "$2"; fi
}

curl_once() {
  set -- "$1" "$2" --silent --show-error --location --connect-timeout 15 --speed-limit 1000 --speed-time 30
  if [ -n "$CACERTIFICATE" ]; then set -- "$@" --cacert "$work/authorities"; fi
  if [ "$resume" = true ]; then set -- "$@" --continue-at -; fi
  url=$1
  file=$2
  shift 2
  code=0
  status=$(curl "$@" --output "$file" --write-out '%{http_code}' "$url" 2>"$work/download.log") || code=$?
  detail=$(head -1 "$work/download.log")
  case $code:$status in
    0:2*) outcome=ok ;;
    0:404) outcome=missing ;;
    0:416 | 33:*) outcome=stale ;;
    0:408 | 0:429 | 0:5*) outcome=transient ;;
    0:*) outcome="HTTP $status" ;;
    35:* | 51:* | 58:* | 60:* | 77:*) outcome=tls ;;
    23:*) outcome=full ;;
    *) outcome=transient ;;
  esac
}

wget_once() {
  set -- "$1" "$2" -T 30
  if [ -n "$CACERTIFICATE" ] && wget --help 2>&1 | grep -q -- --ca-certificate; then
    set -- "$@" "--ca-certificate=$work/authorities"
  fi
  if [ "$resume" = true ]; then set -- "$@" -c; fi
  url=$1
  file=$2
  shift 2
  ended=0
  wget "$@" -O "$file" "$url" 2>"$work/download.log" || ended=$?
  # Busybox built without a TLS library takes anybody's certificate, and only mentions it.
  if grep -q 'validation not implemented' "$work/download.log"; then
    outcome=unverified
  elif [ "$ended" -eq 0 ]; then
    outcome=ok
  elif grep -Eq ' 404([ :]|$)' "$work/download.log"; then
    outcome=missing
  elif grep -qi 'certificate' "$work/download.log"; then
    outcome=tls
  elif grep -qi 'no space left' "$work/download.log"; then
    outcome=full
  elif grep -Eq ' 40[0-9]([ :]|$)' "$work/download.log"; then
    outcome="HTTP $(sed -nE 's/.* (40[0-9])([ :].*)?$/\1/p' "$work/download.log" | head -1)"
  else
    outcome=transient
  fi
  detail=$(tail -1 "$work/download.log")
}
