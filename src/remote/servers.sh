# Processes, and the servers that run already; a part of the script (script.sh).

# ---- processes ---------------------------------------------------------------------------------

# rj_print_uid_of PID: its uid, without a fork where /proc has it. A system without /proc may have a ps that shows
# nothing; an ordinary account may signal its own processes alone.
rj_print_uid_of() {
  _rj_uid=$(if [ -d "/proc/$1" ]; then ls -ldn "/proc/$1" 2>/dev/null | awk '{print $3}'; else ps -o uid= -p "$1" 2>/dev/null | tr -d ' '; fi)
  if [ -z "$_rj_uid" ] && [ "$(id -u)" != 0 ] && kill -0 "$1" 2>/dev/null; then id -u; else printf '%s' "$_rj_uid"; fi
}
# rj_print_args_of PID: its command line.
rj_print_args_of() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\0\n' '  ' <"/proc/$1/cmdline" 2>/dev/null; else ps -o args= -p "$1" 2>/dev/null | head -1; fi
}

# rj_is_running PID: it is alive and no zombie; rj_began is when it started, as this system counts it (empty: unknown).
rj_is_running() {
  kill -0 "$1" 2>/dev/null || return 1
  rj_began=
  if [ -r "/proc/$1/stat" ]; then
    { IFS= read -r _rj_stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    # shellcheck disable=SC2086 # its fields
  set -- ${_rj_stat##*\) }
    [ "$1" != Z ] || return 1
    rj_began=${20:-}
  else
    rj_began=$(LC_ALL=C ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' '_')
  fi
}
# rj_is_process PID BEGAN WORD: returns true for the process that had this number then. Where one of the times is unknown, WORD in its command
# line has to do; and where that is unknown too, that it is there.
rj_is_process() {
  rj_is_running "$1" || return 1
  if [ -n "$2" ] && [ -n "$rj_began" ]; then [ "$2" = "$rj_began" ]; return; fi
  case $(rj_print_args_of "$1") in *"$3"* | '') ;; *) return 1 ;; esac
}

# rj_read_line FILE: its first line (rj_text), without a fork: each click reads all folders.
rj_read_line() { rj_text=; { IFS= read -r rj_text <"$1"; } 2>/dev/null || [ -n "$rj_text" ]; }

# Prints this machine's identity, which no other one has: what this boot of the kernel and its process numbers are known by. Empty
# where the system tells neither.
rj_print_this_machine() {
  _rj_boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || sysctl -n kern.bootsessionuuid 2>/dev/null)
  [ -z "$_rj_boot" ] || printf '%s %s' "$_rj_boot" "$(ls -l /proc/self/ns/pid 2>/dev/null | sed 's/.*pid:\[\(.*\)\]/\1/')"
}

# Reads the computer's identity (rj_computer), whenever it was started and whatever it is called; empty where the system has no number for it.
rj_read_computer() { { IFS= read -r rj_computer </etc/machine-id; } 2>/dev/null || rj_computer=$(sysctl -n kern.hostuuid 2>/dev/null); }

# rj_is_here DIR: a launch on this machine since it booted. An older version noted only the name.
rj_is_here() {
  if [ -n "$rj_machine" ] && [ -f "$1/machine" ]; then
    rj_read_line "$1/machine"
    [ "$rj_text" = "$rj_machine" ]
  else
    rj_read_line "$1/node"
    [ "$rj_text" = "$rj_node" ]
  fi
}
# rj_is_live DIR: a launch of ours on this machine that has not ended: its keeper (rj_keeper_pid) runs.
rj_is_live() {
  [ -f "$1/pid" ] && [ ! -f "$1/exit" ] && rj_is_here "$1" || return 1
  rj_read_line "$1/pid"
  rj_keeper_pid=$rj_text
  rj_read_line "$1/began"
  rj_is_process "$rj_keeper_pid" "$rj_text" "$1/keeper"
}

# ---- what runs already -----------------------------------------------------------------------

# rj_print_listeners PORT: who listens on it, "ADDRESS,UID" a line; the address is the kernel's hexadecimal on Linux, "big:" where it counts
# from the other end.
rj_print_listeners() {
  if [ -r /proc/net/tcp ]; then
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
      awk -v order="$rj_order" -v port="$(printf ':%04X' "$1")" \
        '$4 == "0A" && substr($2, length($2) - 4) == port { print order ":" $2 "," $8 }'
  elif command -v lsof >/dev/null 2>&1; then
    # lsof shows an ordinary account only its own sockets, which is what has to be known.
    lsof -nP -iTCP:"$1" -sTCP:LISTEN -Fun 2>/dev/null |
      awk '/^u/ { uid = substr($0, 2) } /^n/ { print substr($0, 2) "," uid }'
  elif command -v sockstat >/dev/null 2>&1; then
    # FreeBSD's own; it names accounts, and any other one is just not ours.
    sockstat -46l -P tcp -p "$1" 2>/dev/null |
      awk -v me="$(id -un)" -v uid="$(id -u)" 'NR > 1 { print $6 "," ($1 == me ? uid : "4294967294") }'
  fi
}

# Returns true if this system shows who listens on a port.
rj_shows_listeners() {
  case $(uname -s) in
    Linux) [ -r /proc/net/tcp ] ;;
    *) command -v lsof >/dev/null 2>&1 || command -v sockstat >/dev/null 2>&1 ;;
  esac
}

# rj_print_port_of PID: the port on which a process listens, by its own sockets: notebook 6 does not write down the one it
# has chosen.
rj_print_port_of() {
  if [ -r /proc/net/tcp ]; then
    _rj_digits=$(ls -l "/proc/$1/fd" 2>/dev/null | sed -n 's/.*socket:\[\([0-9]*\)\].*/\1/p' |
      awk 'NR == FNR { own[$1]; next } $4 == "0A" && ($10 in own) { print substr($2, length($2) - 3); exit }' - /proc/net/tcp)
    [ -n "$_rj_digits" ] && printf '%d' "0x$_rj_digits"
  elif command -v lsof >/dev/null 2>&1; then
    lsof -nP -a -p "$1" -iTCP -sTCP:LISTEN -Fn 2>/dev/null | sed -n 's/^n.*:\([0-9]*\)$/\1/p' | head -1
  elif command -v sockstat >/dev/null 2>&1; then
    sockstat -46l -P tcp 2>/dev/null | awk -v pid="$1" 'NR > 1 && $3 == pid { sub(/.*:/, "", $6); print $6; exit }'
  fi
}

# rj_in_c COMMAND…: runs it in the C locale. Runtime files are bytes to us: in another encoding than theirs, sed would not see all of a path.
rj_in_c() { (LC_ALL=C; export LC_ALL; "$@"); }

# Prints the fields of a JSON object that matter here, a line each: port, sock, base_url, token. Bytes that JSON wrote as \u… and
# backslashes are written as printf's %b reads them.
rj_print_fields() {
  awk '
    function byte(b) { return sprintf("\\0%03o", b) }
    function hex(s, i, n) { for (i = 1; i <= 4; i++) n = n * 16 + index("123456789abcdef", tolower(substr(s, i, 1))); return n }
    function utf8(c) {
      if (c >= 56448 && c < 56576) return byte(c - 56320) # a byte that was no text to Python
      if (c < 128) return byte(c)
      if (c < 2048) return byte(192 + int(c / 64)) byte(128 + c % 64)
      if (c < 65536) return byte(224 + int(c / 4096)) byte(128 + int(c / 64) % 64) byte(128 + c % 64)
      return byte(240 + int(c / 262144)) byte(128 + int(c / 4096) % 64) byte(128 + int(c / 64) % 64) byte(128 + c % 64)
    }
    function escape(c, code) {
      if (c != "u") return c == "\"" || c == "/" ? c : "\\" c
      code = hex(substr(text, at + 1, 4)); at += 4
      if (code >= 55296 && code < 56320 && substr(text, at + 1, 2) == "\\u") {
        code = 65536 + (code - 55296) * 1024 + hex(substr(text, at + 3, 4)) - 56320; at += 6
      }
      return utf8(code)
    }
    function string(s, c) {
      while (++at <= length(text) && (c = substr(text, at, 1)) != "\"") s = s (c == "\\" ? escape(substr(text, ++at, 1)) : c)
      return s
    }
    { text = text $0 " " }
    END {
      while (++at <= length(text)) {
        c = substr(text, at, 1)
        if (c == "\"") { s = string(); if (depth == 1) { if (of) field[key] = s; else key = s } }
        else if (c == "{" || c == "[") depth++
        else if (c == "}" || c == "]") depth--
        else if (depth == 1 && c == ":") of = 1
        else if (depth == 1 && c == ",") of = 0
        else if (depth == 1 && of && c !~ /[ \t\r]/) field[key] = field[key] c
      }
      print field["port"]; print field["sock"]; print field["base_url"]; print field["token"]
    }'
}

# rj_process_of PID: the process that calls itself by this number, as it is numbered here (rj_pid): in a container it has
# another one. Of several such, the one that holds the listening socket.
rj_process_of() {
  rj_pid=$1
  if rj_is_running "$1"; then
    rj_args=$(rj_print_args_of "$1")
    case $rj_args in *jupyter* | *ipython* | *python*) return ;; esac
  fi
  [ -n "${rj_inner:-}" ] || rj_inner=$(cat /proc/[0-9]*/status 2>/dev/null | awk '/^NSpid:/ && NF > 2 { print $NF ":" $2 }') rj_inner=${rj_inner:-none}
  for _rj_pair in $rj_inner; do
    { [ "${_rj_pair%:*}" = "$1" ] && rj_holds "${_rj_pair#*:}"; } || continue
    rj_pid=${_rj_pair#*:}
    rj_args=$(rj_print_args_of "$rj_pid")
    rj_is_running "$rj_pid"
    return
  done
  rj_is_running "$1"
}
# rj_holds PID: it holds the socket on which the server of this runtime file listens.
rj_holds() {
  _rj_inodes=$(if [ -n "$rj_socket_path" ]; then
    rj_socket_path=$rj_socket_path awk '$6 == "01" && substr($0, length($0) - length(ENVIRON["rj_socket_path"])) == " " ENVIRON["rj_socket_path"] { print $7 }' /proc/net/unix
  else
    awk -v port="$(printf ':%04X' "$rj_port")" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10 }' /proc/net/tcp /proc/net/tcp6
  fi 2>/dev/null)
  _rj_open_files=$(ls -l "/proc/$1/fd" 2>/dev/null)
  for _rj_inode in $_rj_inodes; do
    case $_rj_open_files in *"socket:[$_rj_inode]"*) return 0 ;; esac
  done
  return 1
}

# Returns true if the process is JupyterHub's single-user server: by its command line, or since it got from the Hub what its
# runtime file says. (In a terminal of such a server, any other Jupyter has the environment too.)
rj_is_hubs() {
  case $rj_args in *jupyterhub-singleuser* | *jupyterhub.singleuser* | *jupyter-labhub* | *batchspawner-singleuser*) return 0 ;; esac
  if [ ! -r "/proc/$rj_pid/environ" ]; then
    case $rj_url in */user/*) return 0 ;; *) return 1 ;; esac
  fi
  case "
$(tr '\0' '\n' <"/proc/$rj_pid/environ" 2>/dev/null | grep '^JUPYTERHUB_\|^JPY_API_TOKEN')
" in *"
JUPYTERHUB_SERVICE_PREFIX=$rj_url
"* | *"_API_TOKEN=$rj_token
"*) return 0 ;; *) return 1 ;; esac
}

# rj_examine FILE: all that must be known of a runtime file before it may be believed. It fails when its process is gone.
# A launch of ours (rj_of) is known by its folder and keeper, whatever number its server calls itself by.
rj_examine() {
  _rj_named=${1##*server-}; _rj_named=${_rj_named%.json}
  case $_rj_named in '' | *[!0-9]*) return 1 ;; esac
  rj_json=$(head -c 16384 "$1" 2>/dev/null) || return
  { IFS= read -r rj_port; IFS= read -r rj_socket_path; IFS= read -r rj_url; IFS= read -r rj_token; } <<RJ_END
$(printf '%s\n' "$rj_json" | rj_print_fields)
RJ_END
  case $rj_port in *[!0-9]*) rj_port= ;; esac
  rj_socket_path=$(printf '%b' "$rj_socket_path")
  rj_launch_of='' rj_args=''
  case $1 in "$rj_base"/servers/*/runtime/*) rj_is_live "${1%/runtime/*}" && rj_launch_of=${1%/runtime/*} ;; esac
  rj_process_of "$_rj_named" || [ -n "$rj_launch_of" ] || return
  [ "$rj_port" = 0 ] && rj_port=$(rj_print_port_of "$rj_pid")
  rj_listeners_seen=$([ -n "$rj_port" ] && [ -z "$rj_socket_path" ] && rj_print_listeners "$rj_port" | tr '\n' ' ')
  rj_socket_owner=$([ -n "$rj_socket_path" ] && [ -S "$rj_socket_path" ] && ls -ldn "$rj_socket_path" 2>/dev/null | awk '{print $3}')
  rj_of_hub=
  # Its token is the Hub's: it stays here.
  if [ -z "$rj_launch_of" ] && rj_is_hubs; then rj_of_hub=1 rj_json=; fi
}
# rj_say_server KIND FILE: answers with a server's runtime file and what was found out about it.
rj_say_server() {
  rj_examine "$2" || return
  rj_say "$1" "file=$2
pid=$rj_pid
began=$rj_began
uid=$(rj_print_uid_of "$rj_pid")
port=$rj_port
args=$(printf '%s' "$rj_args" | cut -c1-500)
listeners=$rj_listeners_seen
socket=$rj_socket_owner
launch=$rj_launch_of
hub=$rj_of_hub

$rj_json"
}

# rj_print_runtime_files FOLDER...: runtime files wherever Jupyter's rules put them, and in these folders, newest first.
rj_print_runtime_files() {
  _rj_given=$# _rj_seen=:
  for _rj_folder in "${JUPYTER_RUNTIME_DIR:-/nowhere}" "${JUPYTER_DATA_DIR:-/nowhere}/runtime" \
    "${XDG_DATA_HOME:-/nowhere}/jupyter/runtime" "$HOME/.local/share/jupyter/runtime" \
    "${XDG_RUNTIME_DIR:-/nowhere}/jupyter" "$HOME/Library/Jupyter/runtime" "$@"; do
    case $_rj_seen in *":$_rj_folder:"*) continue ;; esac
    _rj_seen=$_rj_seen$_rj_folder:
    for _rj_file in "$_rj_folder"/jpserver-*.json "$_rj_folder"/nbserver-*.json; do
      [ -f "$_rj_file" ] && set -- "$@" "$_rj_file"
    done
  done
  shift "$_rj_given"
  [ $# -gt 0 ] && ls -1t "$@" 2>/dev/null
}

# rj_is_wanted PATH: what is at or below a launch's folder belongs to the host and profile that are meant (rj_profile, empty
# without a profile). What is no launch of ours has no profile.
rj_is_wanted() {
  rj_text=
  case $1 in "$rj_base"/servers/*)
    _rj_below=${1#"$rj_base"/servers/}
    rj_read_line "$rj_base/servers/${_rj_below%%/*}/profile" ;;
  esac
  [ "$rj_text" = "${rj_profile:-}" ]
}

# Answers with the servers of launches on other machines that share this home, another login node's: by their files, since
# their processes are not to be seen from here.
rj_say_servers_elsewhere() {
  for _rj_file in "$rj_base"/servers/*/runtime/jpserver-*.json; do
    _rj_folder=${_rj_file%/runtime/*}
    { [ -f "$_rj_file" ] && rj_is_wanted "$_rj_folder"; } || continue
    rj_fate_of "$_rj_folder"
    [ "$rj_fate" = elsewhere ] || continue
    rj_json=$(head -c 16384 "$_rj_file" 2>/dev/null)
    { IFS= read -r rj_port; IFS= read -r rj_socket_path; } <<RJ_END
$(printf '%s\n' "$rj_json" | rj_print_fields)
RJ_END
    # A socket is none of a network's.
    case $rj_port in '' | 0 | *[!0-9]*) continue ;; esac
    _rj_pid=${_rj_file##*server-}
    _rj_uid=$(ls -ldn "$_rj_file" 2>/dev/null | awk '{ print $3 }')
    rj_read_line "$_rj_folder/node"
    rj_say server "file=$_rj_file
pid=${_rj_pid%.json}
uid=$_rj_uid
args=jupyter
listeners=127.0.0.1:$rj_port,$_rj_uid
node=$rj_text
unverified=1
$(cat "$_rj_folder/keys" 2>/dev/null)

$rj_json"
  done
}

# Answers with the servers of this machine, and then with what is known of the machine and of earlier launches.
rj_say_found() {
  rj_print_runtime_files "$rj_base"/servers/*/runtime | while IFS= read -r _rj_runtime_file; do
    rj_is_wanted "$_rj_runtime_file" && rj_say_server server "$_rj_runtime_file"
  done
  [ -n "${rj_about:-}" ] || rj_say_servers_elsewhere
  _rj_starting=$(rj_print_own_start)
  rj_say found "node=$rj_node
uid=$(id -u)
home=$HOME
shell=${SHELL:-}
jupyter=$(command -v jupyter)
$(rj_print_idle_ends)
$(rj_print_lost_launches)
$([ -z "${rj_about:-}" ] || rj_print_lost_jobs)
workdir=$(cd "$(rj_print_path "$rj_workdir")" 2>/dev/null && pwd -P)
starting=$_rj_starting"
}

# Prints the launches and jobs of ours in whose log Jupyter (and notebook 6) says that it ends because nobody uses it. Not by
# a word of their keepers: a runtime file goes before its process does. It is among the last words: all of a log may be long.
rj_print_idle_ends() {
  [ -z "$rj_idle" ] || for _rj_folder in "$rj_base"/servers/* "$rj_base"/jobs/*; do
    [ -f "$_rj_folder/log" ] && tail -c 8192 "$_rj_folder/log" 2>/dev/null | grep -q 'No kernels.* for [0-9]* seconds; shutting down' && printf 'idle=%s\n' "$_rj_folder"
  done
}

# rj_keep DIR: the server of a launch or a job counts as used from now on (src/launch/programs/idle_config.py).
rj_keep() {
  case $1 in "$rj_base"/servers/* | "$rj_base"/jobs/*) ;; *) rj_fail unwritable "$1"; return ;; esac
  if _rj_error=$(date 2>&1 >"$1/config/keep"); then rj_say looked ''; else rj_fail unwritable "$_rj_error"; fi
}

# Prints the launches that nobody here ended, and that nobody was told of yet: "lost=FATE NODE FOLDER" a line.
rj_print_lost_launches() {
  for _rj_folder in "$rj_base"/servers/*; do
    if [ -f "$_rj_folder/told" ] || ! rj_is_wanted "$_rj_folder"; then continue; fi
    rj_fate_of "$_rj_folder"
    [ -n "$rj_fate" ] || continue
    rj_read_line "$_rj_folder/node"
    printf 'lost=%s %s %s\n' "$rj_fate" "$rj_text" "$_rj_folder"
  done
}

# rj_fate_of DIR: what became of a launch (rj_fate). `outside`: something ended all of it, such as a system that keeps
# nothing after a logout. `killed`: Jupyter alone, by KILL, as for want of memory. `restart`: its computer was started
# again. `elsewhere`: it is another computer's, which shares this home, and may run there. Empty: it ended or runs, or
# nothing is known.
rj_fate_of() {
  rj_fate=
  if [ -f "$1/exit" ]; then
    rj_read_line "$1/exit"
    if [ "$rj_text" = 137 ]; then rj_fate=killed; fi
    return 0
  fi
  [ -f "$1/machine" ] && [ -f "$1/began" ] || return 0
  if rj_is_here "$1"; then
    rj_is_live "$1" || rj_fate=outside
  elif rj_was_before "$1"; then
    rj_fate=restart
  elif [ -n "$(find "$1/log" -prune -mtime -7 2>/dev/null)" ]; then # nobody may ever come to clean that up
    rj_fate=elsewhere
  fi
}
# rj_was_before DIR: a launch on this computer, before it was started the last time. Copies of a system share their
# number, so a launch that is younger than that start is another one's.
rj_was_before() {
  [ -n "$rj_computer" ] && rj_read_line "$1/computer" && [ "$rj_text" = "$rj_computer" ] || return 1
  { read -r _rj_up _rj_rest </proc/uptime; } 2>/dev/null || return 1
  [ -n "$(find "$1/pid" -prune -mmin "+$((${_rj_up%%.*} / 60))" 2>/dev/null)" ]
}

# Prints the folder of a launch of ours on this machine that still runs and has no runtime file yet.
rj_print_own_start() {
  for _rj_folder in "$rj_base"/servers/*; do
    rj_is_wanted "$_rj_folder" && rj_is_live "$_rj_folder" && [ -z "$(ls "$_rj_folder"/runtime/*server-*.json 2>/dev/null)" ] && { printf '%s' "$_rj_folder"; return; }
  done
}
