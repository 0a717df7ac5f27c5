# How busy this machine is, and what of it is a server's, each part below a heading. src/remote/usage.rs reads it.

# Prints the process number, its parent's, its memory in KiB and its command line of each process of this account.
rj_print_own_processes() {
  set -- -u "$(id -u)" -o pid= -o ppid= -o rss= -o args=
  # A ps that knows no -w cuts nothing off.
  { ps -ww "$@" 2>/dev/null || ps "$@" 2>/dev/null; } | cut -c1-1000 | head -n 3000
}

# rj_print_family PID: the numbers of this process and of all that descend from it, of those on standard input.
rj_print_family() {
  awk -v first="$1" '
    { parent[$1] = $2 }
    END { for (one in parent) { n = 0; for (at = one; at in parent && at != first && n++ < 99;) at = parent[at]; if (at == first) print one } }'
}

# rj_print_times FILE...: the clock, and what each process has had of the processors so far.
rj_print_times() {
  cut -d ' ' -f 1 /proc/uptime
  cat "$@" 2>/dev/null
}

# rj_print_limit PID: what the narrowest control group around a process holds of memory, and may hold.
rj_print_limit() {
  _rj_group=$(sed -n -e 's/^0:://p' -e 's/^[0-9]*:memory://p' "/proc/$1/cgroup" 2>/dev/null | tail -n 1)
  while [ -n "$_rj_group" ] && [ "$_rj_group" != / ]; do
    for _rj_one in "/sys/fs/cgroup$_rj_group/memory.max" "/sys/fs/cgroup/memory$_rj_group/memory.limit_in_bytes"; do
      rj_read_line "$_rj_one"
      # A number of nineteen digits means that there is no limit.
      case $rj_text in '' | max | *[!0-9]* | ???????????????????*) continue ;; esac
      cat "${_rj_one%/*}/memory.current" "${_rj_one%/*}/memory.usage_in_bytes" 2>/dev/null
      printf '%s\n' "$rj_text"
      return
    done
    _rj_group=${_rj_group%/*}
  done
}

# Prints the sockets on which this account listens, "PID ADDRESS" a line; the address as rj_print_listeners has it. PID is 0 where it
# cannot be known. The processes are those on standard input.
rj_print_own_listeners() {
  _rj_pids=$(awk '{ print $1 }')
  if [ -r /proc/net/tcp ]; then
    _rj_sockets=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
      awk -v order="$rj_order" -v uid="$(id -u)" '$4 == "0A" && $8 == uid { print $10, order ":" $2 }')
    [ -n "$_rj_sockets" ] || return 0
    # shellcheck disable=SC2046,SC2086 # numbers
    { printf '%s\n' "$_rj_sockets"; ls -l $(printf '/proc/%s/fd ' $_rj_pids) 2>/dev/null; } | awk '
      NF == 2 && /^[0-9]/ { address[$1] = $2; next }
      /^\/proc\// { split($0, part, "/"); pid = part[3] }
      /socket:\[/ { sub(/.*socket:\[/, ""); sub(/\].*/, ""); if ($0 in address && !($0 in owner)) owner[$0] = pid }
      END { for (one in address) print owner[one] + 0, address[one] }'
  elif command -v lsof >/dev/null 2>&1; then
    lsof -nP -a -u "$(id -u)" -iTCP -sTCP:LISTEN -Fpn 2>/dev/null |
      awk '/^p/ { pid = substr($0, 2) } /^n/ { print pid, substr($0, 2) }'
  elif command -v ss >/dev/null 2>&1; then
    # It names the processes of this account alone.
    ss -Hltnp 2>/dev/null | awk '/pid=/ { pid = $0; sub(/.*pid=/, "", pid); print pid + 0, $4 }'
  elif command -v sockstat >/dev/null 2>&1; then
    sockstat -46l -P tcp 2>/dev/null | awk -v me="$(id -un)" 'NR > 1 && $1 == me { print $3, $6 }'
  fi | head -n 500
}

# Prints the ports of the kernels' own sockets, from the files that their command lines on standard input name.
rj_print_kernel_ports() {
  sed -n 's/.* \(\/.*\/kernel-[^ /]*\.json\).*/\1/p' | sort -u | while IFS= read -r _rj_file; do
    tr ',' '\n' <"$_rj_file" 2>/dev/null | sed -n 's/.*_port": *\([0-9][0-9]*\).*/\1/p'
  done
}

# rj_print_gpus: what the makers' own tools say.
rj_print_gpus() {
  PATH=$PATH:/usr/bin:/opt/rocm/bin
  if command -v nvidia-smi >/dev/null 2>&1; then
    rj_list nvidia nvidia-smi --query-gpu=index,uuid,utilization.gpu,memory.used,memory.total,name --format=csv,noheader,nounits
    rj_list 'nvidia processes' nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory --format=csv,noheader,nounits
  fi
  if command -v rocm-smi >/dev/null 2>&1; then
    rj_list rocm rocm-smi --showuse --showmeminfo vram --showproductname --csv
  fi
}

# rj_print_usage PID: all of it.
rj_print_usage() {
  printf '## node\n%s\n## cores\n' "$rj_node"
  getconf _NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null
  printf '## load\n'
  cat /proc/loadavg 2>/dev/null || uptime 2>/dev/null | sed -n 's/.*load averages*: *//p'
  printf '## memory\n'
  grep '^MemTotal:\|^MemAvailable:\|^MemFree:' /proc/meminfo 2>/dev/null || sysctl -n hw.memsize 2>/dev/null
  _rj_processes=$(rj_print_own_processes)
  printf '## processes\n%s\n' "$_rj_processes"
  _rj_family=$(printf '%s\n' "$_rj_processes" | rj_print_family "$1")
  if [ -r /proc/uptime ] && [ -n "$_rj_family" ]; then
    # shellcheck disable=SC2046,SC2086 # numbers
    set -- "$1" $(printf '/proc/%s/stat ' $_rj_family)
    printf '## ticks\n%s\n## limit\n' "$(getconf CLK_TCK 2>/dev/null)"
    rj_print_limit "$1"
    shift
    printf '## before\n'
    rj_print_times "$@"
    rj_sleep 0.5
    printf '## after\n'
    rj_print_times "$@"
  fi
  printf '## kernel ports\n'
  printf '%s\n' "$_rj_processes" | rj_print_kernel_ports
  printf '## listeners\n'
  printf '%s\n' "$_rj_processes" | rj_print_own_listeners
  rj_print_gpus
}

# rj_say_usage PID: says all of it, in one answer.
rj_say_usage() { rj_say usage "$(rj_in_c rj_print_usage "$1")"; }
