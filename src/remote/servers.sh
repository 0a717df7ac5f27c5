# Processes, and the servers that run already; a part of the script (script.sh).

# ---- processes ---------------------------------------------------------------------------------

# The process' uid, and its command line, without a fork where /proc has it. A system without /proc may have a ps that
# shows nothing; an ordinary account may signal its own processes alone.
rj_uid_of() {
  rj_uid=$(if [ -d "/proc/$1" ]; then ls -ldn "/proc/$1" 2>/dev/null | awk '{print $3}'; else ps -o uid= -p "$1" 2>/dev/null | tr -d ' '; fi)
  if [ -z "$rj_uid" ] && [ "$(id -u)" != 0 ] && kill -0 "$1" 2>/dev/null; then id -u; else printf '%s' "$rj_uid"; fi
}
rj_args_of() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\0\n' '  ' <"/proc/$1/cmdline" 2>/dev/null; else ps -o args= -p "$1" 2>/dev/null | head -1; fi
}

# rj_runs PID: it is alive and no zombie; rj_began is when it started, as this system counts it (empty: unknown).
rj_runs() {
  kill -0 "$1" 2>/dev/null || return 1
  rj_began=
  if [ -r "/proc/$1/stat" ]; then
    { IFS= read -r rj_stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    set -- ${rj_stat##*\) }
    [ "$1" != Z ] || return 1
    rj_began=${20:-}
  else
    rj_began=$(LC_ALL=C ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' '_')
  fi
}
# rj_is PID BEGAN WORD: the process that had this number then. Where one of the times is unknown, WORD in its command
# line has to do; and where that is unknown too, that it is there.
rj_is() {
  rj_runs "$1" || return 1
  if [ -n "$2" ] && [ -n "$rj_began" ]; then [ "$2" = "$rj_began" ]; return; fi
  case $(rj_args_of "$1") in *"$3"* | '') ;; *) return 1 ;; esac
}

# rj_read FILE: its first line (rj_text), without a fork: each click reads all folders.
rj_read() { rj_text=; { IFS= read -r rj_text <"$1"; } 2>/dev/null || [ -n "$rj_text" ]; }

# This machine, as no other one is called: what this boot of the kernel and its process numbers are known by. Empty
# where the system tells neither.
rj_this_machine() {
  rj_boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || sysctl -n kern.bootsessionuuid 2>/dev/null)
  [ -z "$rj_boot" ] || printf '%s %s' "$rj_boot" "$(ls -l /proc/self/ns/pid 2>/dev/null | sed 's/.*pid:\[\(.*\)\]/\1/')"
}

# The same computer whenever it was started and whatever it is called; empty where the system has no number for it.
rj_this_computer() { { IFS= read -r rj_computer </etc/machine-id; } 2>/dev/null || rj_computer=$(sysctl -n kern.hostuuid 2>/dev/null); }

# rj_is_here DIR: a launch on this machine since it booted. An older version noted only the name.
rj_is_here() {
  if [ -n "$rj_machine" ] && [ -f "$1/machine" ]; then
    rj_read "$1/machine"
    [ "$rj_text" = "$rj_machine" ]
  else
    rj_read "$1/node"
    [ "$rj_text" = "$rj_node" ]
  fi
}
# rj_lives DIR: a launch of ours on this machine that has not ended: its keeper (rj_keeper_pid) runs.
rj_lives() {
  [ -f "$1/pid" ] && [ ! -f "$1/exit" ] && rj_is_here "$1" || return 1
  rj_read "$1/pid"
  rj_keeper_pid=$rj_text
  rj_read "$1/began"
  rj_is "$rj_keeper_pid" "$rj_text" "$1/keeper"
}

# ---- what runs already -----------------------------------------------------------------------

# Who listens on a port: "ADDRESS,UID" a line; the address is the kernel's hexadecimal on Linux, "big:" where it counts
# from the other end.
rj_listeners() {
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

# Tells if this system shows who listens on a port.
rj_shows_listeners() {
  case $(uname -s) in
    Linux) [ -r /proc/net/tcp ] ;;
    *) command -v lsof >/dev/null 2>&1 || command -v sockstat >/dev/null 2>&1 ;;
  esac
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
  elif command -v sockstat >/dev/null 2>&1; then
    sockstat -46l -P tcp 2>/dev/null | awk -v pid="$1" 'NR > 1 && $3 == pid { sub(/.*:/, "", $6); print $6; exit }'
  fi
}

# Runtime files are bytes to us: in another encoding than theirs, sed would not see all of a path.
rj_in_c() { (LC_ALL=C; export LC_ALL; "$@"); }

# The fields of a JSON object that matter here, a line each: port, sock, base_url, token. Bytes that JSON wrote as \u… and
# backslashes are written as printf's %b reads them.
rj_fields() {
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
  if rj_runs "$1"; then
    rj_args=$(rj_args_of "$1")
    case $rj_args in *jupyter* | *ipython* | *python*) return ;; esac
  fi
  [ -n "${rj_inner:-}" ] || rj_inner=$(cat /proc/[0-9]*/status 2>/dev/null | awk '/^NSpid:/ && NF > 2 { print $NF ":" $2 }') rj_inner=${rj_inner:-none}
  for rj_pair in $rj_inner; do
    [ "${rj_pair%:*}" = "$1" ] && rj_holds "${rj_pair#*:}" || continue
    rj_pid=${rj_pair#*:}
    rj_args=$(rj_args_of "$rj_pid")
    rj_runs "$rj_pid"
    return
  done
  rj_runs "$1"
}
# rj_holds PID: it holds the socket on which the server of this runtime file listens.
rj_holds() {
  rj_inodes=$(if [ -n "$rj_sock" ]; then
    rj_sock=$rj_sock awk '$6 == "01" && substr($0, length($0) - length(ENVIRON["rj_sock"])) == " " ENVIRON["rj_sock"] { print $7 }' /proc/net/unix
  else
    awk -v port="$(printf ':%04X' "$rj_port")" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10 }' /proc/net/tcp /proc/net/tcp6
  fi 2>/dev/null)
  rj_open=$(ls -l "/proc/$1/fd" 2>/dev/null)
  for rj_inode in $rj_inodes; do
    case $rj_open in *"socket:[$rj_inode]"*) return 0 ;; esac
  done
  return 1
}

# Whether the process is JupyterHub's single-user server: by its command line, or since it got from the Hub what its
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
  rj_named=${1##*server-}; rj_named=${rj_named%.json}
  case $rj_named in '' | *[!0-9]*) return 1 ;; esac
  rj_json=$(head -c 16384 "$1" 2>/dev/null) || return
  { IFS= read -r rj_port; IFS= read -r rj_sock; IFS= read -r rj_url; IFS= read -r rj_token; } <<RJ_END
$(printf '%s\n' "$rj_json" | rj_fields)
RJ_END
  case $rj_port in *[!0-9]*) rj_port= ;; esac
  rj_sock=$(printf '%b' "$rj_sock")
  rj_of= rj_args=
  case $1 in "$rj_base"/servers/*/runtime/*) rj_lives "${1%/runtime/*}" && rj_of=${1%/runtime/*} ;; esac
  rj_process_of "$rj_named" || [ -n "$rj_of" ] || return
  [ "$rj_port" = 0 ] && rj_port=$(rj_port_of "$rj_pid")
  rj_listen=$([ -n "$rj_port" ] && [ -z "$rj_sock" ] && rj_listeners "$rj_port" | tr '\n' ' ')
  rj_owner=$([ -n "$rj_sock" ] && [ -S "$rj_sock" ] && ls -ldn "$rj_sock" 2>/dev/null | awk '{print $3}')
  rj_hubs=
  # Its token is the Hub's: it stays here.
  if [ -z "$rj_of" ] && rj_is_hubs; then rj_hubs=1 rj_json=; fi
}
# rj_candidate KIND FILE: tells it.
rj_candidate() {
  rj_examine "$2" || return
  rj_say "$1" "file=$2
pid=$rj_pid
began=$rj_began
uid=$(rj_uid_of "$rj_pid")
port=$rj_port
args=$(printf '%s' "$rj_args" | cut -c1-500)
listeners=$rj_listen
socket=$rj_owner
launch=$rj_of
hub=$rj_hubs

$rj_json"
}

# rj_files FOLDER...: runtime files wherever Jupyter's rules put them, and in these folders, newest first.
rj_files() {
  rj_folders=$# rj_seen=:
  for rj_d in "${JUPYTER_RUNTIME_DIR:-/nowhere}" "${JUPYTER_DATA_DIR:-/nowhere}/runtime" \
    "${XDG_DATA_HOME:-/nowhere}/jupyter/runtime" "$HOME/.local/share/jupyter/runtime" \
    "${XDG_RUNTIME_DIR:-/nowhere}/jupyter" "$HOME/Library/Jupyter/runtime" "$@"; do
    case $rj_seen in *":$rj_d:"*) continue ;; esac
    rj_seen=$rj_seen$rj_d:
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
$(rj_lost)
$([ -z "${rj_about:-}" ] || rj_lost_jobs)
workdir=$(cd "$(rj_path "$rj_workdir")" 2>/dev/null && pwd -P)
starting=$rj_starting"
}

# The launches and jobs of ours in whose log Jupyter (and notebook 6) says that it ends because nobody uses it. Not by
# a word of their keepers: a runtime file goes before its process does. It is among the last words: all of a log may be long.
rj_idle_ends() {
  [ -z "$rj_idle" ] || for rj_d in "$rj_base"/servers/* "$rj_base"/jobs/*; do
    [ -f "$rj_d/log" ] && tail -c 8192 "$rj_d/log" 2>/dev/null | grep -q 'No kernels.* for [0-9]* seconds; shutting down' && printf 'idle=%s\n' "$rj_d"
  done
}

# The launches that nobody here ended, and that nobody was told of yet: "lost=FATE NODE FOLDER" a line.
rj_lost() {
  for rj_d in "$rj_base"/servers/*; do
    if [ -f "$rj_d/told" ]; then continue; fi
    rj_fate_of "$rj_d"
    [ -n "$rj_fate" ] || continue
    rj_read "$rj_d/node"
    printf 'lost=%s %s %s\n' "$rj_fate" "$rj_text" "$rj_d"
  done
}

# rj_fate_of DIR: what became of a launch (rj_fate). `outside`: something ended all of it, such as a system that keeps
# nothing after a logout. `killed`: Jupyter alone, by KILL, as for want of memory. `restart`: its computer was started
# again. `elsewhere`: it is another computer's, which shares this home, and may run there. Empty: it ended or runs, or
# nothing is known.
rj_fate_of() {
  rj_fate=
  if [ -f "$1/exit" ]; then
    rj_read "$1/exit"
    if [ "$rj_text" = 137 ]; then rj_fate=killed; fi
    return 0
  fi
  [ -f "$1/machine" ] && [ -f "$1/began" ] || return 0
  if rj_is_here "$1"; then
    rj_lives "$1" || rj_fate=outside
  elif rj_was_before "$1"; then
    rj_fate=restart
  elif [ -n "$(find "$1/log" -prune -mtime -7 2>/dev/null)" ]; then # nobody may ever come to clean that up
    rj_fate=elsewhere
  fi
}
# rj_was_before DIR: a launch on this computer, before it was started the last time. Copies of a system share their
# number, so a launch that is younger than that start is another one's.
rj_was_before() {
  [ -n "$rj_computer" ] && rj_read "$1/computer" && [ "$rj_text" = "$rj_computer" ] || return 1
  { read -r rj_up rj_rest </proc/uptime; } 2>/dev/null || return 1
  [ -n "$(find "$1/pid" -prune -mmin "+$((${rj_up%%.*} / 60))" 2>/dev/null)" ]
}

# The folder of a launch of ours on this machine that still runs and has no runtime file yet.
rj_own_start() {
  for rj_d in "$rj_base"/servers/*; do
    rj_lives "$rj_d" && [ -z "$(ls "$rj_d"/runtime/*server-*.json 2>/dev/null)" ] && { printf '%s' "$rj_d"; return; }
  done
}
