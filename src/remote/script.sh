# What Remote Jupyter runs on the far side: POSIX sh, read from standard input, one channel for all.
#
# The lines above this one (made by src/remote/mod.rs) set the rj_… variables. Every answer is one
# line, "NONCE KIND HEX": the nonce tells it from whatever a profile prints, and hexadecimal (od is
# POSIX, base64 is not) carries any bytes. Commands come as lines on the same standard input.

# What the person's bash hands on to a bash that is /bin/sh here (as on Red Hat) is meant for people: functions
# in place of commands, options, and a time limit for `read`.
unset -f awk cat cd command cut date find grep head id kill ls lsof mkdir mv nohup od printf ps pwd read rm \
  rmdir sed setsid sleep sort tail test tr true umask uname
set +e +u +C +f +x +v +a
unset TMOUT

rj_hex() { od -An -v -tx1 | tr -d ' \n'; }

# rj_say KIND TEXT. The leading newline ends a line that a banner may have left open.
rj_say() { printf '\n%s %s %s\n' "$rj_nonce" "$1" "$(printf '%s' "$2" | rj_hex)" || exit 1; }

# rj_fail CODE TEXT: say why this cannot go on.
rj_fail() { rj_say fail "$1
$2"; }

rj_nap() { sleep "$1" 2>/dev/null || sleep 1; } # fractions of a second are not POSIX

# "~" is expanded here, since only the far side knows the home.
rj_path() { case $1 in '~') printf '%s' "$HOME" ;; '~/'*) printf '%s/%s' "$HOME" "${1#??}" ;; *) printf '%s' "$1" ;; esac; }

# ---- what runs already -----------------------------------------------------------------------

# The process' uid, and its command line, without a fork where /proc has it.
rj_uid_of() {
  if [ -d "/proc/$1" ]; then ls -ldn "/proc/$1" 2>/dev/null | awk '{print $3}'; else ps -o uid= -p "$1" 2>/dev/null | tr -d ' '; fi
}
rj_args_of() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\0\n' '  ' <"/proc/$1/cmdline" 2>/dev/null; else ps -o args= -p "$1" 2>/dev/null | head -1; fi
}

# Who listens on a port: "ADDRESS,UID" a line; the address is the kernel's hexadecimal on Linux.
rj_listeners() {
  if [ -r /proc/net/tcp ]; then
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
      awk -v port="$(printf ':%04X' "$1")" '$4 == "0A" && substr($2, length($2) - 4) == port { print "hex:" $2 "," $8 }'
  elif command -v lsof >/dev/null 2>&1; then
    # lsof shows an ordinary account only its own sockets, which is what has to be known.
    lsof -nP -iTCP:"$1" -sTCP:LISTEN -Fun 2>/dev/null |
      awk '/^u/ { uid = substr($0, 2) } /^n/ { print substr($0, 2) "," uid }'
  fi
}

# The port on which a process listens, by its own sockets: notebook 6 does not write down the one it
# has chosen.
rj_port_of() {
  if [ -r /proc/net/tcp ]; then
    rj_digits=$(ls -l "/proc/$1/fd" 2>/dev/null | sed -n 's/.*socket:\[\([0-9]*\)\].*/\1/p' |
      awk 'NR == FNR { own[$1]; next } $4 == "0A" && ($10 in own) { print substr($2, length($2) - 3); exit }' - /proc/net/tcp)
    [ -n "$rj_digits" ] && printf '%d' "0x$rj_digits"
  elif command -v lsof >/dev/null 2>&1; then
    lsof -nP -a -p "$1" -iTCP -sTCP:LISTEN -Fn 2>/dev/null | sed -n 's/^n.*:\([0-9]*\)$/\1/p' | head -1
  fi
}

# Runtime files are bytes to us: in another encoding than theirs, sed would not see all of a path.
rj_in_c() { (LC_ALL=C; export LC_ALL; "$@"); }

# rj_candidate KIND FILE: a runtime file with all that must be known before it may be believed. It
# fails, and says nothing, when the process is gone.
rj_candidate() {
  rj_pid=${2##*server-}; rj_pid=${rj_pid%.json}
  case $rj_pid in '' | *[!0-9]*) return 1 ;; esac
  kill -0 "$rj_pid" 2>/dev/null || return 1
  rj_json=$(head -c 16384 "$2" 2>/dev/null) || return
  rj_port=$(printf '%s' "$rj_json" | sed -n 's/.*"port": *\([0-9][0-9]*\).*/\1/p' | head -1)
  [ "$rj_port" = 0 ] && rj_port=$(rj_port_of "$rj_pid")
  rj_sock=$(printf '%s' "$rj_json" | sed -n 's/.*"sock": *"\([^"]*\)".*/\1/p' | head -1)
  rj_say "$1" "file=$2
pid=$rj_pid
uid=$(rj_uid_of "$rj_pid")
port=$rj_port
args=$(rj_args_of "$rj_pid" | cut -c1-500)
listeners=$([ -n "$rj_port" ] && rj_listeners "$rj_port" | tr '\n' ' ')
socket=$([ -n "$rj_sock" ] && [ -S "$rj_sock" ] && ls -ldn "$rj_sock" 2>/dev/null | awk '{print $3}')

$rj_json"
}

# rj_files FOLDER...: runtime files wherever Jupyter's rules put them, and in these folders, newest first.
rj_files() {
  rj_folders=$#
  for rj_d in "${JUPYTER_RUNTIME_DIR:-/nowhere}" "${JUPYTER_DATA_DIR:-/nowhere}/runtime" \
    "${XDG_DATA_HOME:-/nowhere}/jupyter/runtime" "$HOME/.local/share/jupyter/runtime" \
    "$HOME/Library/Jupyter/runtime" "$@"; do
    for rj_f in "$rj_d"/jpserver-*.json "$rj_d"/nbserver-*.json; do
      [ -f "$rj_f" ] && set -- "$@" "$rj_f"
    done
  done
  shift "$rj_folders"
  [ $# -gt 0 ] && ls -1t "$@" 2>/dev/null
}

rj_find() {
  rj_files "$rj_base"/servers/*/runtime | while IFS= read -r rj_f; do rj_candidate server "$rj_f"; done
  rj_starting=$(rj_own_start)
  rj_say found "node=$rj_node
uid=$(id -u)
home=$HOME
shell=${SHELL:-}
jupyter=$(command -v jupyter)
$(rj_idle_ends)
workdir=$(cd "$(rj_path "$rj_workdir")" 2>/dev/null && pwd -P)
starting=$rj_starting"
}

# The launches and jobs of ours in whose log Jupyter (and notebook 6) says that it ends because nobody uses it. Not by
# a word of their keepers: a runtime file goes before its process does.
rj_idle_ends() {
  [ -z "$rj_idle" ] || grep -l 'No kernels.* for [0-9]* seconds; shutting down' "$rj_base"/servers/*/log "$rj_base"/jobs/*/log 2>/dev/null |
    sed 's|^\(.*\)/log$|idle=\1|'
}

# The folder of a launch of ours on this machine that still runs and has no runtime file yet.
rj_own_start() {
  for rj_d in "$rj_base"/servers/*; do
    [ -f "$rj_d/pid" ] && [ ! -f "$rj_d/exit" ] && [ "$(cat "$rj_d/node" 2>/dev/null)" = "$rj_node" ] || continue
    kill -0 "$(cat "$rj_d/pid")" 2>/dev/null || continue
    [ -n "$(ls "$rj_d"/runtime/*server-*.json 2>/dev/null)" ] || { printf '%s' "$rj_d"; return; }
  done
}

# ---- one launch at a time --------------------------------------------------------------------

# mkdir is atomic on every file system, NFS too; the owner's file tells a lock left by a dead one.
rj_lock() {
  rj_n=0
  until rj_error=$(mkdir "$rj_base/lock" 2>&1); do
    if [ ! -d "$rj_base/lock" ]; then
      # Its holder has just removed it, and it is free; or nothing can be made here at all.
      [ ! -e "$rj_base/lock" ] && mkdir "$rj_base/try.$$" 2>/dev/null && rmdir "$rj_base/try.$$" && continue
      rj_fail unwritable "$rj_error"
      return 1
    fi
    rj_break_stale_lock
    rj_n=$((rj_n + 1)); [ $((rj_n % 10)) = 1 ] && rj_say wait lock
    rj_nap 0.1
  done
  # A lock without an owner would keep everybody out for minutes. cat says why a write fails; the
  # printf of dash only that it did.
  if ! rj_error=$({ printf '%s %s\n' "$rj_node" $$ | cat >"$rj_base/lock/owner"; } 2>&1); then
    rm -rf "$rj_base/lock"
    rj_fail unwritable "$rj_error"
    return 1
  fi
  trap 'rj_unlock; exit 1' 1 2 13 15
}
rj_unlock() {
  [ "$(cat "$rj_base/lock/owner" 2>/dev/null)" = "$rj_node $$" ] && rm -rf "$rj_base/lock"
  trap - 1 2 13 15
}
rj_break_stale_lock() {
  rj_owner=$(cat "$rj_base/lock/owner" 2>/dev/null)
  case $rj_owner in
    "$rj_node "*) kill -0 "${rj_owner##* }" 2>/dev/null && return ;;
    *) [ -n "$(find "$rj_base/lock" -prune -mmin +2 2>/dev/null)" ] || return ;;
  esac
  # Renamed first, so that of two who see it only one removes it; a fresh one is put back.
  mv "$rj_base/lock" "$rj_base/stale.$$" 2>/dev/null || return
  if [ "$(cat "$rj_base/stale.$$/owner" 2>/dev/null)" = "$rj_owner" ]; then rm -rf "$rj_base/stale.$$"; else mv "$rj_base/stale.$$" "$rj_base/lock"; fi
}

# ---- looking after servers -------------------------------------------------------------------

# Waits for the runtime file of the launch in folder $1, or for its end.
rj_await() {
  rj_n=0
  while :; do
    for rj_f in "$1"/runtime/jpserver-*.json "$1"/runtime/nbserver-*.json; do
      [ -f "$rj_f" ] || continue
      # Half a file is no file yet.
      # And a server that died right after writing it is told below, by its keeper's word.
      case $(tail -c 2 "$rj_f" 2>/dev/null) in *'}'*) rj_in_c rj_candidate launched "$rj_f" && return ;; esac
    done
    rj_keeper_pid=
    [ -f "$1/pid" ] && IFS= read -r rj_keeper_pid <"$1/pid"
    if [ -f "$1/exit" ] || ! kill -0 "${rj_keeper_pid:-$$}" 2>/dev/null; then
      rj_fail died "$(cat "$1/exit" 2>/dev/null)
$(tail -c 3000 "$1/log" 2>/dev/null | tail -n 25)"
      return
    fi
    # The answer also finds out whether anybody still listens to us.
    rj_n=$((rj_n + 1)); [ $((rj_n % 20)) = 0 ] && rj_say wait starting
    rj_nap 0.05
  done
}

# The log of the newest launch on this machine.
rj_log() {
  for rj_d in $(ls -1t "$rj_base/servers" 2>/dev/null); do # names of ours: no spaces
    [ "$(cat "$rj_base/servers/$rj_d/node" 2>/dev/null)" = "$rj_node" ] || continue
    rj_say log "$rj_base/servers/$rj_d/log
$(tail -c 200000 "$rj_base/servers/$rj_d/log" 2>/dev/null)"
    return
  done
  rj_say log ''
}

# rj_is_jupyter PID: still a Jupyter process of this account, and not a reused number?
rj_is_jupyter() {
  kill -0 "$1" 2>/dev/null && [ "$(rj_uid_of "$1")" = "$(id -u)" ] || return 1
  case $(rj_args_of "$1") in *jupyter* | *ipython* | *python*) return 0 ;; *) return 1 ;; esac
}

# rj_gone N PID FILE: make sure that a server is gone, and its file too. It gets TERM after ten
# seconds: N counts the tenths that it had already.
rj_gone() {
  rj_how=itself rj_n=$1; shift
  while rj_is_jupyter "$1"; do
    rj_n=$((rj_n + 1))
    case $rj_n in
      100) rj_how=TERM; kill -TERM "$1" 2>/dev/null ;;
      200) rj_how=KILL; kill -KILL "$1" 2>/dev/null ;;
      250) rj_say gone no; return ;;
    esac
    [ $((rj_n % 10)) = 0 ] && rj_say wait stopping
    rj_nap 0.1
  done
  case $2 in
    "$rj_base"/servers/*/runtime/*) # a launch of ours: its keeper tidies up
      rj_d=${2%/runtime/*} rj_n=0
      while [ ! -f "$rj_d/exit" ] && [ $rj_n -lt 50 ]; do rj_n=$((rj_n + 1)); rj_nap 0.1; done ;;
    */jpserver-"$1".json | */nbserver-"$1".json) rm -f "$2" ;; # a killed server leaves it
  esac
  rj_say gone "$rj_how"
}

# rj_abort DIR: end a launch that has no server yet, by its keeper: with its whole session, or where
# there is no setsid, with its children. It leaves what the keeper would have left.
rj_abort() {
  rj_pid=$(cat "$1/pid" 2>/dev/null) rj_n=0
  while kill -0 "$rj_pid" 2>/dev/null; do
    case $(rj_args_of "$rj_pid") in *"$1/keeper"*) ;; *) break ;; esac
    rj_n=$((rj_n + 1))
    case $rj_n in
      1) rj_kill_launch TERM "$rj_pid" ;;
      50) rj_kill_launch KILL "$rj_pid" ;;
      100) rj_say gone no; return ;;
    esac
    [ $((rj_n % 10)) = 0 ] && rj_say wait stopping
    rj_nap 0.1
  done
  rm -rf "$1/runtime" "$1/sock" "$1/start" "$1/config" "$1/keeper" "$1/waiting"
  [ -f "$1/exit" ] || printf '143\n' >"$1/exit"
  rj_say gone launch
}
rj_kill_launch() {
  kill -"$1" "-$2" 2>/dev/null && return # dash takes no "--" here
  kill -"$1" $(ps -A -o pid= -o ppid= | awk -v parent="$2" '$2 == parent { print $1 }') "$2" 2>/dev/null
}

# ---- the conversation ------------------------------------------------------------------------

# rj_main COMMAND: the first command comes as an argument. It cannot follow the script at once: some
# shells read ahead, and would take it for a line of the script.
rj_main() {
  rj_umask=$(umask) # the person's own: what notebooks write is as open as always
  umask 077
  unset CDPATH
  rj_node=$(uname -n)
  rj_base=${XDG_STATE_HOME:-$HOME/.local/state}/remote-jupyter
  rj_error=$(mkdir -p "$rj_base/servers" 2>&1) || rj_unwritable=$rj_error
  rj_say hello "$rj_node"
  rj_command=$1
  while [ -n "$rj_command" ] || IFS= read -r rj_command; do
    case $rj_command in
      find) rj_in_c rj_find ;;
      lock) if [ -n "${rj_unwritable:-}" ]; then rj_fail unwritable "$rj_unwritable"; else rj_lock && rj_in_c rj_find; fi ;;
      launch) rj_launch; rj_unlock ;;
      'await '*) rj_await "${rj_command#await }"; rj_unlock ;;
      log) rj_log ;;
      'gone '*) rj_command=${rj_command#gone }; rj_gone 0 "${rj_command%% *}" "${rj_command#* }" ;;
      'job '*) rj_job "${rj_command#job }" ;; # src/launcher/job.sh
      'abort '*) rj_abort "${rj_command#abort }" ;;
      'term '*) rj_command=${rj_command#term }; rj_gone 99 "${rj_command%% *}" "${rj_command#* }" ;;
      done) break ;;
    esac
    rj_command=
  done
  rj_unlock
  rj_say bye ''
}
