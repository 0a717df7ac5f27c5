# What Remote Jupyter runs on the remote host: POSIX sh, read from standard input, one channel for all.
#
# The lines above this one (made by src/remote/mod.rs) set the rj_… variables. Every answer is one
# line, "NONCE KIND HEX": the nonce tells it from whatever a profile prints, and hexadecimal (od is
# POSIX, base64 is not) carries any bytes. Commands come as lines on the same standard input.

# What the person's bash hands on to a bash that is /bin/sh here (as on Red Hat) is meant for people: functions
# in place of commands, options, and a time limit for `read`.
unset -f awk cat cd chmod command cp cut date env find grep head id kill ls lsof mkdir mv nohup od printf ps pwd read rm \
  rmdir sed setsid sleep sort sysctl tail test touch tr true umask uname
set +e +u +C +f +x +v +a
unset TMOUT
# Lists names as they are: how ls writes them may be set for people's eyes.
ls() { QUOTING_STYLE=literal command ls "$@"; }
# Searches without the options of an old grep's GREP_OPTIONS.
grep() { GREP_OPTIONS='' command grep "$@"; }

# Prints standard input in hexadecimal.
rj_hex() { od -An -v -tx1 | tr -d ' \n'; }

# rj_say KIND TEXT: answers. The leading newline ends a line that a banner may have left open.
rj_say() { printf '\n%s %s %s\n' "$rj_nonce" "$1" "$(printf '%s' "$2" | rj_hex)" || exit 1; }

# rj_fail CODE TEXT: says why this cannot go on.
rj_fail() {
  rj_say fail "$1
$2"
}

# rj_sleep SECONDS: fractions of a second are not POSIX.
rj_sleep() { sleep "$1" 2>/dev/null || sleep 1; }

# Prints a path of the configuration, with "~" expanded: only the remote host knows the home.
# shellcheck disable=SC2088 # it is compared
rj_print_path() { case $1 in '~') printf '%s' "$HOME" ;; '~/'*) printf '%s/%s' "$HOME" "${1#??}" ;; *) printf '%s' "$1" ;; esac; }

# rj_list HEADING COMMAND...: what a tool prints, cut off where it becomes endless. One that hangs ends after 10 s, where
# there is a timeout(1).
rj_list() {
  printf '\n## %s\n' "$1"
  shift
  if command -v timeout >/dev/null 2>&1; then
    LC_ALL=C timeout 10 "$@" </dev/null 2>/dev/null | head -c 65536
  else
    LC_ALL=C "$@" </dev/null 2>/dev/null | head -c 65536
  fi
}

# ---- one launch at a time --------------------------------------------------------------------

# mkdir is atomic on every file system, NFS too; the owner's file tells a lock left by a dead process. Who holds it and
# works says so by the lock's time (rj_refresh_lock): one that has not for three minutes has lost its client, and the lock.
rj_lock() {
  _rj_turn=0
  until _rj_error=$(mkdir "$rj_base/lock" 2>&1); do
    if [ ! -d "$rj_base/lock" ]; then
      # Its holder has just removed it, and it is free; or nothing can be made here at all.
      [ ! -e "$rj_base/lock" ] && mkdir "$rj_base/try.$$" 2>/dev/null && rmdir "$rj_base/try.$$" && continue
      rj_fail unwritable "$_rj_error"
      return 1
    fi
    rj_break_stale_lock
    _rj_turn=$((_rj_turn + 1)); [ $((_rj_turn % 10)) = 1 ] && rj_say wait lock
    rj_sleep 0.1
  done
  # A lock without an owner would keep everybody out for minutes. cat says why a write fails; the
  # printf of dash only that it did.
  rj_is_running $$
  if ! _rj_error=$({ printf '%s\n%s\n' "$rj_began" "$rj_machine" | cat >"$rj_base/lock/process" &&
    printf '%s %s\n' "$rj_node" $$ | cat >"$rj_base/lock/owner"; } 2>&1); then
    rm -rf "$rj_base/lock"
    rj_fail unwritable "$_rj_error"
    return 1
  fi
  trap 'rj_unlock; exit 1' HUP INT PIPE TERM
}
# Returns true if this script has the lock.
rj_holds_lock() { [ "$(cat "$rj_base/lock/owner" 2>/dev/null)" = "$rj_node $$" ]; }
# Shows that the lock's holder is at work.
rj_refresh_lock() { rj_holds_lock && touch "$rj_base/lock" 2>/dev/null; }
# Gives the lock back, if it is ours.
rj_unlock() {
  rj_holds_lock && rm -rf "$rj_base/lock"
  trap - HUP INT PIPE TERM
}
# Returns true if its holder is gone: on this machine by its process, anywhere by its silence.
rj_is_stale() {
  rj_held=$(cat "$rj_base/lock/owner" "$rj_base/lock/process" 2>/dev/null)
  if [ -n "$(find "$rj_base/lock" -prune -mmin +3 2>/dev/null)" ]; then return; fi
  # shellcheck disable=SC2046 # two words
  set -- $(cat "$rj_base/lock/process" 2>/dev/null)
  [ $# = 0 ] || [ "$2 ${3:-}" = "$rj_machine" ] || return 1
  case $rj_held in "$rj_node "*) ;; *) return 1 ;; esac
  _rj_owner=${rj_held%%
*}
  ! rj_is_process "${_rj_owner##* }" "${1:-}" sh
}
# One at a time looks once more, and removes it: else the second would remove what the first has made in its place.
rj_break_stale_lock() {
  rj_is_stale || return
  _rj_held_before=$rj_held
  if ! mkdir "$rj_base/stale" 2>/dev/null; then
    [ -z "$(find "$rj_base/stale" -prune -mmin +3 2>/dev/null)" ] || rmdir "$rj_base/stale" 2>/dev/null
    return
  fi
  rj_is_stale && [ "$rj_held" = "$_rj_held_before" ] && rm -rf "$rj_base/lock"
  rmdir "$rj_base/stale" 2>/dev/null
}

# ---- looking after servers -------------------------------------------------------------------

# Waits for the runtime file of the launch in folder $1, or for its end.
rj_await_launch() {
  _rj_turn=0
  while :; do
    rj_keeper_pid=
    [ -f "$1/pid" ] && IFS= read -r rj_keeper_pid <"$1/pid"
    [ -z "$rj_keeper_pid" ] || [ -f "$1/began" ] || { rj_is_running "$rj_keeper_pid" && printf '%s\n' "$rj_began" >"$1/began"; } 2>/dev/null
    for _rj_file in "$1"/runtime/jpserver-*.json "$1"/runtime/nbserver-*.json; do
      [ -f "$_rj_file" ] || continue
      # Half a file is no file yet.
      # And a server that died right after writing it is told below, by its keeper's word.
      case $(tail -c 2 "$_rj_file" 2>/dev/null) in *'}'*) rj_in_c rj_say_if_serving "$_rj_file" $_rj_turn && return ;; esac
    done
    if [ -f "$1/exit" ] || { [ -n "$rj_keeper_pid" ] && ! rj_is_live "$1"; }; then
      [ -f "$1/exit" ] || rj_sleep 0.1 # between the look at the one and at the other
      : >"$1/told" # by this answer
      rj_fail died "$(cat "$1/exit" 2>/dev/null)
$(tail -c 3000 "$1/log" 2>/dev/null | tail -n 25)"
      return
    fi
    # The answer also finds out whether anybody still listens to us.
    _rj_turn=$((_rj_turn + 1)); [ $((_rj_turn % 20)) = 0 ] && { rj_say wait starting; rj_refresh_lock; }
    rj_sleep 0.05
  done
}
# rj_say_if_serving FILE TURN: answers with a server that listens; after a while, of one that does not, too.
rj_say_if_serving() {
  rj_examine "$1" && { [ -n "$rj_listeners_seen$rj_socket_owner" ] || [ "$2" -ge 100 ]; } && rj_say_server launched "$1"
}

# rj_say_log [DIR]: the log of that launch, else of the newest one on this machine that is meant.
rj_say_log() {
  if [ -n "$1" ]; then rj_say_log_of "$1"; return; fi
  # shellcheck disable=SC2045 # names of ours: no spaces
  for _rj_folder in $(ls -1t "$rj_base/servers" 2>/dev/null); do
    rj_is_wanted "$rj_base/servers/$_rj_folder" || continue
    rj_is_here "$rj_base/servers/$_rj_folder" || [ "$(cat "$rj_base/servers/$_rj_folder/node" 2>/dev/null)" = "$rj_node" ] || continue
    rj_say_log_of "$rj_base/servers/$_rj_folder"
    return
  done
  rj_say log ''
}
# rj_say_log_of DIR: answers with the end of a launch's log.
rj_say_log_of() {
  rj_say log "$1/log
$(tail -c 200000 "$1/log" 2>/dev/null)"
}

# rj_is_server PID BEGAN: returns true for the process that was found, of this account, and not for a reused number.
rj_is_server() {
  [ "$(rj_print_uid_of "$1")" = "$(id -u)" ] || return 1
  rj_is_process "$1" "${2#-}" jupyter || rj_is_process "$1" "${2#-}" ipython || rj_is_process "$1" "${2#-}" python
}

# rj_await_gone N PID BEGAN FILE: makes sure that a server is gone, and its file too. It gets TERM after ten
# seconds: N counts the tenths that it had already.
rj_await_gone() {
  _rj_how=itself _rj_tenths=$1; shift
  while rj_is_server "$1" "$2"; do
    _rj_tenths=$((_rj_tenths + 1))
    case $_rj_tenths in
      100) _rj_how=TERM; kill -TERM "$1" 2>/dev/null ;;
      200)
        _rj_how=KILL
        # It leaves the status of one that was killed, which is nothing to tell of.
        case $3 in "$rj_base"/servers/*/runtime/*) : >"${3%/runtime/*}/told" ;; esac
        kill -KILL "$1" 2>/dev/null ;;
      250) rj_say gone no; return ;;
    esac
    [ $((_rj_tenths % 10)) = 0 ] && rj_say wait stopping
    rj_sleep 0.1
  done
  case $3 in
    "$rj_base"/servers/*/runtime/*) # a launch of ours: its keeper tidies up
      _rj_launch=${3%/runtime/*} _rj_tenths=0
      while rj_is_live "$_rj_launch" && [ $_rj_tenths -lt 50 ]; do _rj_tenths=$((_rj_tenths + 1)); rj_sleep 0.1; done
      # One that goes on with something else is not what was asked for either.
      if rj_is_live "$_rj_launch"; then rj_abort "$_rj_launch"; return; fi ;;
    */jpserver-[0-9]*.json | */nbserver-[0-9]*.json) rm -f "$3" ;; # a killed server leaves it
  esac
  rj_say gone "$_rj_how"
}

# rj_end_server N "PID BEGAN FILE": as rj_await_gone, with what identifies the server in one word.
rj_end_server() {
  _rj_pid=${2%% *} _rj_rest=${2#* }
  rj_await_gone "$1" "$_rj_pid" "${_rj_rest%% *}" "${_rj_rest#* }"
}

# rj_abort DIR: end a launch that has no server, or none that can be used, by its keeper: with all that it began. It
# leaves what the keeper would have left.
rj_abort() {
  _rj_steps=0
  while rj_is_live "$1"; do
    _rj_steps=$((_rj_steps + 1))
    case $_rj_steps in
      1) rj_kill_launch TERM "$rj_keeper_pid" ;;
      50) rj_kill_launch KILL "$rj_keeper_pid" ;;
      100) rj_say gone no; return ;;
    esac
    [ $((_rj_steps % 10)) = 0 ] && rj_say wait stopping
    rj_sleep 0.1
  done
  rm -rf "$1/runtime" "$1/sock" "$1/start" "$1/config" "$1/keeper" "$1/waiting" "$1/at"
  [ -f "$1/exit" ] || printf '143\n' >"$1/exit"
  rj_say gone launch
}
# rj_kill_launch SIGNAL PID: signals a keeper with its descendants, which may have groups of their own, and its group, whose members may have lost their parents.
rj_kill_launch() {
  _rj_family=$(ps -A -o pid= -o ppid= | awk -v first="$2" '
    { parent[$1] = $2 }
    END { for (one in parent) { for (at = one; at in parent && at != first && n[one]++ < 99;) at = parent[at]; if (at == first) print one } }')
  kill -"$1" "-$2" 2>/dev/null # dash takes no "--" here
  # shellcheck disable=SC2086 # numbers
  kill -"$1" $_rj_family 2>/dev/null
}

# ---- the conversation ------------------------------------------------------------------------

# Makes the folder of this program. Where XDG_STATE_HOME is a place for many, another account may have been there first with a folder or a link,
# and could put programs of its own in the place of those that are started from it.
rj_make_base() {
  mkdir -p "$rj_base/servers" || return
  for _rj_place in "$rj_base" "$rj_base/." "$rj_base/servers" "$rj_base/servers/."; do
    # Of a link its own account, with the dot that of its folder; root could do anything anyway.
    # shellcheck disable=SC2046 # its words are looked at
    set -- $(ls -nd "$_rj_place")
    case ${3:-} in 0 | "$(id -u)") ;; *) echo "$_rj_place belongs to another account"; return 1 ;; esac
  done
  chmod go-w "$rj_base" "$rj_base/servers"
}

# rj_main COMMAND: the first command comes as an argument. It cannot follow the script at once: some
# shells read ahead, and would take it for a line of the script.
rj_main() {
  rj_umask=$(umask) # the person's own: what notebooks write is as open as always
  umask 077
  unset CDPATH
  rj_newline='
'
  rj_node=$(uname -n)
  rj_machine=$(rj_print_this_machine)
  rj_read_computer
  case $(printf '\1\0' | od -An -tu2) in *256*) rj_order=big ;; *) rj_order=hex ;; esac
  # One that is relative is none: XDG Base Directory Specification.
  case ${XDG_STATE_HOME:-} in /*) rj_base=$XDG_STATE_HOME ;; *) rj_base=$HOME/.local/state ;; esac
  rj_base=$rj_base/remote-jupyter
  rj_unwritable=$(rj_make_base 2>&1) && rj_unwritable=
  rj_say hello "$rj_node"
  _rj_command=$1
  while [ -n "$_rj_command" ] || IFS= read -r _rj_command; do
    case $_rj_command in
      find) rj_in_c rj_say_found ;;
      lock) if [ -n "${rj_unwritable:-}" ]; then rj_fail unwritable "$rj_unwritable"; else rj_lock && rj_in_c rj_say_found; fi ;;
      # Another click has the lock, of one that was silent for too long: what there is has to be found out again.
      launch) if rj_holds_lock; then rj_launch_server; rj_unlock; else rj_fail lock ''; fi ;;
      'await '*) rj_await_launch "${_rj_command#await }"; rj_unlock ;;
      log) rj_say_log '' ;;
      'log '*) rj_say_log "${_rj_command#log }" ;;
      rehearse) rj_rehearse ;; # src/launch/direct.sh
      'choices '*) rj_say_choices "${_rj_command#choices }" ;; # src/remote/choices.sh
      'paths '*) rj_in_c rj_say_paths "${_rj_command#paths }" ;; # src/remote/paths.sh
      'usage '*) rj_say_usage "${_rj_command#usage }" ;; # src/remote/usage.sh
      'gone '*) rj_end_server 0 "${_rj_command#gone }" ;;
      'job '*) rj_do_job_command "${_rj_command#job }" ;; # src/launch/job.sh
      'keep '*) rj_keep "${_rj_command#keep }" ;;
      'hold '*) rj_hold "${_rj_command#hold }" ;; # src/remote/holder.sh
      'abort '*) rj_abort "${_rj_command#abort }" ;;
      'term '*) rj_end_server 99 "${_rj_command#term }" ;;
      done) break ;;
    esac
    _rj_command=
  done
  rj_unlock
  rj_say bye ''
}
