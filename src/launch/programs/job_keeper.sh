# The program of the job. It runs on the node, starts the server there in a login shell, and tells by
# files in its folder how far that is: "started", "ready", "exit".
umask 077
# The scheduler may deliver our output only at the end, or cut it off; the log is at hand from now on.
exec >>"$rj_dir/log" 2>&1 </dev/null
rj_node=$(uname -n)
# It may have begun before, and been put back into the queue.
rm -rf "$rj_dir/exit" "$rj_dir/ready" "$rj_dir/runtime" "$rj_dir/sock"
mkdir -p "$rj_dir/runtime"
printf '%s\n' "$rj_node" >"$rj_dir/started"
# Removes what nobody may take for a server that runs.
rj_tidy() {
  [ -z "${rj_mover_pid:-}" ] || kill "$rj_mover_pid" 2>/dev/null
  rm -rf "$rj_dir/runtime" "$rj_dir/sock" "$rj_dir/ready" "$rj_dir/ready.new" "$rj_dir/waiting" "$rj_dir/at" "$rj_dir/moves"
}
# rj_end STATUS: leaves the status and ends.
rj_end() {
  rj_tidy
  # In one step, as "ready": an empty file would say nothing of a server that died.
  printf '%s\n' "$1" >"$rj_dir/exit.new" && mv "$rj_dir/exit.new" "$rj_dir/exit"
  exit "$1"
}
# Ends the server, since the scheduler wants the job's end. A job that may begin again stays in the ledger: whether it does, the scheduler says.
rj_stopped() {
  kill -TERM "$rj_child" 2>/dev/null
  wait "$rj_child"
  [ -n "$rj_rerun" ] || rj_end 143
  rj_tidy
  rm -f "$rj_dir/started"
  exit 143
}
# The submission's environment may name folders that only its machine has.
{ [ -d "${TMPDIR:-/}" ] && [ -w "${TMPDIR:-/tmp}" ]; } || unset TMPDIR
[ -w "${XDG_RUNTIME_DIR:-/nowhere}" ] || unset XDG_RUNTIME_DIR

# Prints this node's address as other nodes see it.
rj_print_address() {
  _rj_address=$(getent ahostsv4 "$rj_node" 2>/dev/null | awk '$1 !~ /^127\./ { print $1; exit }')
  # A machine that knows its own name as 127.0.1.1 still has addresses; the first is the default one.
  [ -n "$_rj_address" ] || _rj_address=$(hostname -I 2>/dev/null | awk '{ print $1 }')
  printf '%s' "${_rj_address:-0.0.0.0}"
}
# Chooses where the server listens (rj_socket, rj_ip).
rj_choose_address() {
  rj_socket='' rj_ip=127.0.0.1
  case $rj_bind in
    socket) rj_socket=$rj_dir/sock ;;
    loopback) ;;
    node) rj_ip=$(rj_print_address) ;;
    *) [ "$rj_node" = "$rj_login" ] || rj_ip=$(rj_print_address) ;;
  esac
}
rj_choose_address

JUPYTER_TOKEN=$(od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n')
if [ ${#JUPYTER_TOKEN} != 48 ]; then echo 'no random numbers on this machine'; rj_end 1; fi
JUPYTER_RUNTIME_DIR=$rj_dir/runtime rj_token=$JUPYTER_TOKEN
export JUPYTER_TOKEN JUPYTER_RUNTIME_DIR rj_token rj_dir rj_apps rj_fixed_port rj_socket rj_ip rj_idle rj_idle_old
rj_export_env
cd "$rj_cwd" || rj_end 1
[ -z "$rj_root" ] || rj_root=$(pwd)
# rj_begin_server [-i]: starts the server in a login shell; "waiting" is there until it is reached.
rj_begin_server() {
  rj_mode=$1
  rj_wait_for_server
  (umask "$rj_umask"; rj_enter_login_shell "$1") &
  rj_child=$!
}
rj_begin_server ''
# A job that is cancelled, or out of time, gets TERM first where the scheduler is kind; LSF says USR2 at the limit of time.
trap rj_stopped HUP INT TERM USR2
rj_began=$(date +%s)
rj_ends=${SLURM_JOB_END_TIME:-}
[ -n "$rj_ends" ] || [ -z "$rj_seconds" ] || rj_ends=$((rj_began + rj_seconds))

# rj_print_sockets PID: the sockets on which a process itself listens: "hex:ADDRESS:PORT,UID" a line.
rj_print_sockets() {
  ls -l "/proc/$1/fd" 2>/dev/null | sed -n 's/.*socket:\[\([0-9]*\)\].*/\1/p' >"$rj_dir/inodes"
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk 'NR == FNR { own[$1]; next } $4 == "0A" && ($10 in own) { print "hex:" $2 "," $8 }' "$rj_dir/inodes" -
  rm -f "$rj_dir/inodes"
}
# rj_write_ready FILE: writes the ready file once the server of a runtime file listens. In one step: others read it.
rj_write_ready() {
  rj_pid=${1##*server-}; rj_pid=${rj_pid%.json}
  case $(tail -c 2 "$1") in *'}'*) ;; *) return 1 ;; esac # half a file is no file yet
  _rj_listen='' rj_port=''
  if [ -z "$rj_socket" ]; then
    _rj_listen=$(rj_print_sockets "$rj_pid")
    [ -n "$_rj_listen" ] || return 1
    rj_port=${_rj_listen%%,*}; rj_port=$(printf '%d' "0x${rj_port##*:}")
  elif [ ! -S "$rj_socket" ]; then return 1; fi
  {
    printf 'file=%s\npid=%s\nuid=%s\nport=%s\nargs=jupyter\nlisteners=%s\n' "$1" "$rj_pid" "$(id -u)" \
      "$rj_port" "$(printf '%s' "$_rj_listen" | tr '\n' ' ')"
    printf 'socket=%s\nnode=%s\nends=%s\n' "$([ -n "$rj_socket" ] && id -u)" "$rj_node" "$rj_ends"
    printf 'address=%s\n' "$(rj_print_address | grep -v '^0\.')"
    rj_print_host_keys
    echo
    cat "$1"
  } >"$rj_dir/ready.new" && mv "$rj_dir/ready.new" "$rj_dir/ready"
}
# rj_write_ready_soon FILE: the same for a server in the background, as soon as it listens.
rj_write_ready_soon() { rj_child=$rj_server; until rj_write_ready "$1" || ! kill -0 "$rj_server" 2>/dev/null; do rj_sleep 0.2; done; }
# Waits for the word that the server is to listen elsewhere, and ends it. Whoever cannot reach it here writes into the file "bind" where it should listen instead. The file is there
# from the beginning: a file system of the network may hold for a minute that a name is not there, but looks again at
# what it opens. A server that is in use stays as it is, and that is written there.
rj_await_move() {
  trap 'kill $! 2>/dev/null; exit' TERM
  _rj_turns=0 _rj_pause=1
  while :; do
    # Often while somebody may wait for it, then seldom: it may be the next morning.
    _rj_turns=$((_rj_turns + 1)); [ $_rj_turns -lt 180 ] || _rj_pause=15
    sleep $_rj_pause & wait $!
    [ "$(cat "$rj_dir/bind" 2>/dev/null)" = node ] || continue
    rj_is_used || break
    printf 'kept\n' >"$rj_dir/bind"
  done
  rm -f "$rj_dir/ready"
  : >"$rj_dir/moves"
  kill -TERM "$rj_pid" 2>/dev/null
  _rj_turns=0
  while kill -0 "$rj_pid" 2>/dev/null && [ $_rj_turns -lt 50 ]; do _rj_turns=$((_rj_turns + 1)); rj_sleep 0.2; done
  kill -KILL "$rj_pid" 2>/dev/null
}
# Returns true if anybody is connected to the server at this moment, or it has a kernel.
rj_is_used() {
  [ -z "$(ls "$rj_dir"/runtime/kernel-*.json 2>/dev/null)" ] || return 0
  if [ -n "$rj_socket" ]; then grep -q " 03 *[0-9]* $rj_socket\$" /proc/net/unix 2>/dev/null; return; fi
  awk -v port="$(printf ':%04X' "$rj_port")" '$4 == "01" && index($2, port) { used = 1 } END { exit !used }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null
}
# Writes the ready file when the server listens, waits for its end, and returns its status; begins it again where it moves.
rj_watch_server() {
  while kill -0 "$rj_child" 2>/dev/null; do
    for _rj_file in "$rj_dir"/runtime/jpserver-*.json "$rj_dir"/runtime/nbserver-*.json; do
      [ -f "$_rj_file" ] && rj_write_ready "$_rj_file" && break 2
    done
    rj_sleep 0.1
  done
  if [ -f "$rj_dir/ready" ] && [ "$rj_ip" = 127.0.0.1 ]; then rj_await_move & rj_mover_pid=$!; fi
  wait "$rj_child"
  _rj_watched=$?
  if [ ! -f "$rj_dir/moves" ]; then return $_rj_watched; fi
  rm -rf "$rj_dir/moves" "$rj_dir"/runtime/* "$rj_dir/sock"
  rj_mover_pid='' rj_bind=node
  rj_choose_address
  rj_begin_server "$rj_mode"
  rj_watch_server
}
rj_watch_server
rj_status=$?
if rj_tries_again; then
  rj_first=$(rj_reached)
  rj_begin_server -i
  rj_watch_server
  rj_keep_further_status $? "$rj_first"
fi
rj_name_failed_line
rj_follow rj_write_ready_soon
rj_end "$rj_status"
