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
rj_tidy() {
  [ -z "${rj_mover:-}" ] || kill "$rj_mover" 2>/dev/null
  rm -rf "$rj_dir/runtime" "$rj_dir/sock" "$rj_dir/ready" "$rj_dir/ready.new" "$rj_dir/waiting" "$rj_dir/at" "$rj_dir/moves"
}
rj_end() {
  rj_tidy
  printf '%s\n' "$1" >"$rj_dir/exit"
  exit "$1"
}
# The scheduler wants its end. A job that may begin again stays in the ledger: whether it does, the scheduler says.
rj_stopped() {
  kill -TERM "$rj_child" 2>/dev/null
  wait "$rj_child"
  [ -n "$rj_rerun" ] || rj_end 143
  rj_tidy
  rm -f "$rj_dir/started"
  exit 143
}
# The submission's environment may name folders that only its machine has.
[ -d "${TMPDIR:-/}" ] && [ -w "${TMPDIR:-/tmp}" ] || unset TMPDIR
[ -w "${XDG_RUNTIME_DIR:-/nowhere}" ] || unset XDG_RUNTIME_DIR

rj_address() {
  rj_a=$(getent ahostsv4 "$rj_node" 2>/dev/null | awk '$1 !~ /^127\./ { print $1; exit }')
  # A machine that knows its own name as 127.0.1.1 still has addresses; the first is the default one.
  [ -n "$rj_a" ] || rj_a=$(hostname -I 2>/dev/null | awk '{ print $1 }')
  printf '%s' "${rj_a:-0.0.0.0}"
}
# Where the server listens.
rj_set_out() {
  rj_socket= rj_ip=127.0.0.1
  case $rj_bind in
    socket) rj_socket=$rj_dir/sock ;;
    loopback) ;;
    node) rj_ip=$(rj_address) ;;
    *) [ "$rj_node" = "$rj_login" ] || rj_ip=$(rj_address) ;;
  esac
}
rj_set_out

JUPYTER_TOKEN=$(od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n')
if [ ${#JUPYTER_TOKEN} != 48 ]; then echo 'no random numbers on this machine'; rj_end 1; fi
JUPYTER_RUNTIME_DIR=$rj_dir/runtime rj_token=$JUPYTER_TOKEN
export JUPYTER_TOKEN JUPYTER_RUNTIME_DIR rj_token rj_dir rj_apps rj_fixed_port rj_socket rj_ip rj_idle rj_idle_old
rj_export_env
cd "$rj_cwd" || rj_end 1
[ -z "$rj_root" ] || rj_root=$(pwd)
# rj_begin [-i]: the server, in a login shell; "waiting" is there until it is reached.
rj_begin() {
  rj_mode=$1
  rj_wait_for_server
  (umask "$rj_umask"; rj_enter $1) &
  rj_child=$!
}
rj_begin ''
# A job that is cancelled, or out of time, gets TERM first where the scheduler is kind; LSF says USR2 at the limit of time.
trap rj_stopped 1 2 15 USR2
rj_began=$(date +%s)
rj_ends=${SLURM_JOB_END_TIME:-}
[ -n "$rj_ends" ] || [ -z "$rj_seconds" ] || rj_ends=$((rj_began + rj_seconds))

# The sockets on which a process itself listens: "hex:ADDRESS:PORT,UID" a line.
rj_sockets() {
  ls -l "/proc/$1/fd" 2>/dev/null | sed -n 's/.*socket:\[\([0-9]*\)\].*/\1/p' >"$rj_dir/inodes"
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk 'NR == FNR { own[$1]; next } $4 == "0A" && ($10 in own) { print "hex:" $2 "," $8 }' "$rj_dir/inodes" -
  rm -f "$rj_dir/inodes"
}
# The node's own SSH host keys: whoever comes that way knows it by them. sshd's configuration may name others.
rj_host_keys() {
  for rj_key in /etc/ssh/ssh_host_*_key.pub $(cat /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null |
    sed -n 's/^[[:space:]]*[Hh][Oo][Ss][Tt][Kk][Ee][Yy][[:space:]=][[:space:]=]*"*\([^"[:space:]]*\).*/\1.pub/p'); do
    [ -r "$rj_key" ] && awk '{ print "hostkey=" $1 " " $2; exit }' "$rj_key"
  done | sort -u
}
# Writes the ready file once the server of a runtime file listens. In one step: others read it.
rj_tell() {
  rj_pid=${1##*server-}; rj_pid=${rj_pid%.json}
  case $(tail -c 2 "$1") in *'}'*) ;; *) return 1 ;; esac # half a file is no file yet
  rj_listen= rj_port=
  if [ -z "$rj_socket" ]; then
    rj_listen=$(rj_sockets "$rj_pid")
    [ -n "$rj_listen" ] || return 1
    rj_port=${rj_listen%%,*}; rj_port=$(printf '%d' "0x${rj_port##*:}")
  elif [ ! -S "$rj_socket" ]; then return 1; fi
  {
    printf 'file=%s\npid=%s\nuid=%s\nport=%s\nargs=jupyter\nlisteners=%s\n' "$1" "$rj_pid" "$(id -u)" \
      "$rj_port" "$(printf '%s' "$rj_listen" | tr '\n' ' ')"
    printf 'socket=%s\nnode=%s\nends=%s\n' "$([ -n "$rj_socket" ] && id -u)" "$rj_node" "$rj_ends"
    printf 'address=%s\n' "$(rj_address | grep -v '^0\.')"
    rj_host_keys
    echo
    cat "$1"
  } >"$rj_dir/ready.new" && mv "$rj_dir/ready.new" "$rj_dir/ready"
}
rj_tell_soon() { rj_child=$rj_server; until rj_tell "$1" || ! kill -0 "$rj_server" 2>/dev/null; do rj_nap 0.2; done; }
# Whoever cannot reach the server here writes into the file "bind" where it should listen instead. The file is there
# from the beginning: a file system of the network may hold for a minute that a name is not there, but looks anew at
# what it opens. A server that is in use stays as it is, and that is written there.
rj_mover() {
  trap 'kill $! 2>/dev/null; exit' 15
  rj_n=0 rj_pause=1
  while :; do
    # Often while somebody may wait for it, then seldom: it may be the next morning.
    rj_n=$((rj_n + 1)); [ $rj_n -lt 180 ] || rj_pause=15
    sleep $rj_pause & wait $!
    [ "$(cat "$rj_dir/bind" 2>/dev/null)" = node ] || continue
    rj_is_used || break
    printf 'kept\n' >"$rj_dir/bind"
  done
  rm -f "$rj_dir/ready"
  : >"$rj_dir/moves"
  kill -TERM "$rj_pid" 2>/dev/null
  rj_n=0
  while kill -0 "$rj_pid" 2>/dev/null && [ $rj_n -lt 50 ]; do rj_n=$((rj_n + 1)); rj_nap 0.2; done
  kill -KILL "$rj_pid" 2>/dev/null
}
# Whether anybody is connected to the server at this moment, or it has a kernel.
rj_is_used() {
  [ -z "$(ls "$rj_dir"/runtime/kernel-*.json 2>/dev/null)" ] || return 0
  if [ -n "$rj_socket" ]; then grep -q " 03 *[0-9]* $rj_socket\$" /proc/net/unix 2>/dev/null; return; fi
  awk -v port="$(printf ':%04X' "$rj_port")" '$4 == "01" && index($2, port) { used = 1 } END { exit !used }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null
}
rj_watch() {
  while kill -0 "$rj_child" 2>/dev/null; do
    for rj_f in "$rj_dir"/runtime/jpserver-*.json "$rj_dir"/runtime/nbserver-*.json; do
      [ -f "$rj_f" ] && rj_tell "$rj_f" && break 2
    done
    rj_nap 0.1
  done
  if [ -f "$rj_dir/ready" ] && [ "$rj_ip" = 127.0.0.1 ]; then rj_mover & rj_mover=$!; fi
  wait "$rj_child"
  rj_watched=$?
  if [ ! -f "$rj_dir/moves" ]; then return $rj_watched; fi
  rm -rf "$rj_dir/moves" "$rj_dir"/runtime/* "$rj_dir/sock"
  rj_mover= rj_bind=node
  rj_set_out
  rj_begin "$rj_mode"
  rj_watch
}
rj_watch
rj_status=$?
if rj_tries_again; then
  rj_first=$(rj_reached)
  rj_begin -i
  rj_watch
  rj_counts $? "$rj_first"
fi
rj_blame
rj_follow rj_tell_soon
rj_end "$rj_status"
