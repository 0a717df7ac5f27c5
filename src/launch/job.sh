# Jupyter as a batch job: what the remote host does about folders.
# Commands of the scheduler come as lines from src/launch/*.rs; what they print goes back as it is.

# rj_run_command LINE: a command of the scheduler, with what it printed and the clock. While LSF is down, bjobs says so and tries
# for ever; others hang without a word. Status 124 is for that (src/scheduler/output.rs has the time). Who waits longer
# than the one that asked would have to log in again. A system without `timeout` waits for its scheduler.
rj_run_command() {
  case $1 in *rj_names* | *rj_numbers*) [ -n "${rj_ledger_read:-}" ] || rj_read_ledger ;; esac
  _rj_out=$(rj_export_ledger; rj_run_limited "$rj_call_seconds" "$1" 2>"$rj_base/jobs/err.$$" </dev/null)
  _rj_status=$?
  rj_ledger_read=
  _rj_err=$(head -c 8192 "$rj_base/jobs/err.$$" 2>/dev/null)
  rm -f "$rj_base/jobs/err.$$"
  rj_say_ran "$_rj_status" "$_rj_out" "$_rj_err"
}
# rj_run_limited SECONDS LINE: runs it, no longer than that where the system has `timeout`.
rj_run_limited() {
  if command -v timeout >/dev/null 2>&1; then timeout "$1" /bin/sh -c "$2"; else (eval "$2"); fi
}
# rj_say_ran STATUS OUT ERR: answers with what a command printed, and its length: whoever gets less knows that something was lost on the way.
rj_say_ran() {
  printf '%s' "$2" | rj_say_long out
  rj_say err "$3"
  rj_say ran "$1 $(date '+%s %Y-%m-%dT%H:%M:%S') $(($(printf '%s' "$2" | wc -c)))"
}
# rj_say_long KIND: answers with standard input, in frames of 64 KiB.
rj_say_long() {
  od -An -v -tx1 | awk -v head="$rj_nonce $1 " '{ gsub(/ /, ""); if (NR % 4096 == 1) printf "\n%s", head; printf "%s", $0 }
    END { if (NR) print "" }' || exit 1
}

# Reads the ledger (rj_ledger): every job that was ever submitted from here and whose end is not known, newest first. Each has a folder with
# an "about" and without an "exit". One awk for all: "name=value" lines, an empty line, the ready file, a record separator.
rj_read_ledger() {
  rj_ledger=$(ls -1t "$rj_base/jobs" 2>/dev/null | rj_jobs=$rj_base/jobs LC_ALL=C awk '
    function is(name,  file, line, got) { file = folder "/" name; got = (getline line < file); close(file); return got >= 0 }
    function text(name, joint,  file, line, all) {
      file = folder "/" name; all = ""
      while ((getline line < file) > 0) all = all line joint
      close(file); return all
    }
    { folder = ENVIRON["rj_jobs"] "/" $0
      if (!is("about") || is("exit")) next
      printf "folder=%s\n%ssubmitted=%s\n", folder, text("about", "\n"), text("submitted", "\t")
      printf "started=%s\n\n%s\036\n", text("started", ""), text("ready", "\n") }')
  rj_ledger_read=1
}
# Answers with the ledger, and its length.
rj_say_ledger() {
  rj_read_ledger
  printf '%s' "$rj_ledger" | rj_say_long job
  rj_say ledger "$(($(printf '%s' "$rj_ledger" | wc -c)))"
}
# Exports what lists are filtered by: the names, the lines that the submissions printed, and every number in these. For the
# scheduler's own command alone: a job would inherit it.
rj_export_ledger() {
  rj_names=$rj_name$(printf '%s\n' "$rj_ledger" | sed -n 's/^name=//p' | awk '!seen[$0]++ { printf "\n%s", $0 }')
  rj_submitted=$(printf '%s\n' "$rj_ledger" | sed -n 's/^submitted=//p' | tr '\t' '\n')
  rj_numbers=$(printf '%s' "$rj_submitted" | tr -cs '0-9' ' ')
  export rj_names rj_submitted rj_numbers
}

# Answers with runtime files in the shared home that no process of this machine wrote: a server in somebody's own
# job on another node. The newest ten.
rj_say_shared_files() {
  rj_print_runtime_files | awk '!seen[$0]++' | head -10 | {
    set --
    while IFS= read -r _rj_runtime_file; do set -- "$@" "$_rj_runtime_file"; done
    if [ $# = 0 ]; then :
    elif stat -c %u / >/dev/null 2>&1; then stat -c '%u %Y %n' "$@" 2>/dev/null
    else stat -f '%u %m %N' "$@" 2>/dev/null; fi
  } | LC_ALL=C awk '
    # The names and addresses of a machine: of its address too, where it has a name there that it does not call itself by.
    function known_as(host,  command, line, all, address) {
      if (host !~ /^[A-Za-z0-9][A-Za-z0-9.:_-]*$/ || host ~ /^(localhost|127\..*|0\.0\.0\.0)$/) return ""
      if (host in cache) return cache[host]
      command = "getent hosts " host " 2>/dev/null"
      while ((command | getline line) > 0) { all = all " " line; if (!address) { address = line; sub(/[ \t].*/, "", address) } }
      close(command)
      if (address && address != host && address !~ /^127\./) {
        command = "getent hosts " address " 2>/dev/null"
        while ((command | getline line) > 0) all = all " " line
        close(command)
      }
      return cache[host] = all
    }
    {
      file = $0; sub(/^[0-9]* [0-9]* /, "", file); all = ""
      while ((getline line < file) > 0 && length(all) < 16384) all = all line "\n"
      close(file)
      # The server of a JupyterHub: it is left alone, and its token stays there. Of another node nothing else tells.
      if (all ~ /"base_url": *"[^"]*\/user\/[^"]*"/) next
      host = ""
      if (match(all, /"hostname": *"[^"\\]*"/)) { host = substr(all, RSTART, RLENGTH); gsub(/^"hostname": *"|"$/, "", host) }
      printf "file=%s\nuid=%s\nwritten=%s\nnames=%s\n\n%s\036\n", file, $1, $2, known_as(host), substr(all, 1, 16384) }' | rj_say_long far
}

# Answers with the job that each server of this machine runs in, "PID ID": its environment tells, which the kernel shows
# to its own account. One that runs in none is told without an ID.
rj_say_job_owners() {
  rj_print_runtime_files | while IFS= read -r _rj_runtime_file; do
    _rj_pid=${_rj_runtime_file##*server-}; _rj_pid=${_rj_pid%.json}
    [ -r "/proc/$_rj_pid/environ" ] || continue
    rj_say owner "$_rj_pid $(tr '\0' '\n' <"/proc/$_rj_pid/environ" 2>/dev/null |
      sed -n 's/^\(SLURM_JOB_ID\|PBS_JOBID\|LSB_JOBID\|JOB_ID\)=//p' | head -1)"
  done
}

# Removes the folders of ended jobs but for the newest five, which are kept for their logs.
rj_prune_jobs() {
  _rj_kept=0 _rj_host=$(printf '%s\n' "$rj_about" | sed -n 's/^host=//p')
  ls -1t "$rj_base/jobs" 2>/dev/null | while IFS= read -r _rj_folder; do
    _rj_folder=$rj_base/jobs/$_rj_folder
    [ -f "$_rj_folder/exit" ] || continue
    # By the look that came before, which was this host's.
    [ "$(sed -n 's/^host=//p' "$_rj_folder/about" 2>/dev/null)" != "$_rj_host" ] || : >"$_rj_folder/told"
    _rj_kept=$((_rj_kept + 1))
    [ "$_rj_kept" -gt 5 ] && rm -rf "$_rj_folder"
  done
}

# Prints the jobs of this host that had begun and that nobody here ended: "lost=job NODE FOLDER" a line. A job that is cancelled
# or out of time says so itself where the scheduler is kind (143); of others only the scheduler's word is left.
rj_print_lost_jobs() {
  _rj_host=$(printf '%s\n' "$rj_about" | sed -n 's/^host=//p')
  for _rj_folder in "$rj_base"/jobs/*; do
    { [ -f "$_rj_folder/exit" ] && [ -f "$_rj_folder/started" ] && [ ! -f "$_rj_folder/told" ]; } || continue
    rj_read_line "$_rj_folder/exit"
    case $rj_text in 137 | 143 | gone) ;; *) continue ;; esac
    [ "$(sed -n 's/^host=//p' "$_rj_folder/about")" = "$_rj_host" ] || continue
    rj_read_line "$_rj_folder/started"
    printf 'lost=job %s %s\n' "$rj_text" "$_rj_folder"
  done
}

# rj_submit_job BIND LINE: makes a folder for the job, then submits it. Its server listens as BIND says (Routes::bind).
# What the scheduler prints goes straight into a file there: its number is not lost when the connection is, and the next look finds it.
rj_submit_job() {
  rj_bind=${1%% *}
  rj_prune_jobs
  rj_cwd=$(rj_print_path "$rj_workdir")
  if ! _rj_error=$(cd "$rj_cwd" 2>&1); then rj_fail workdir "$_rj_error"; return; fi
  rj_cwd=$(cd "$rj_cwd" && pwd)
  rj_dir=$rj_base/jobs/$(date +%Y%m%d-%H%M%S)-$$
  # A socket's path has 107 bytes at most, whatever the file system takes.
  if [ "$rj_bind" = socket ] && [ ${#rj_dir} -gt 100 ]; then rj_fail socket "$rj_dir/sock"; return; fi
  if ! _rj_error=$(rj_make_job 2>&1); then
    rm -rf "$rj_dir"
    rj_fail unwritable "$_rj_error"
    return
  fi
  # With the user's own umask: Slurm hands it on to the job. A line without a file of its own
  # gets no input.
  _rj_line=${1#* }
  (
    export rj_dir
    cd "$rj_cwd" && umask "$rj_umask" || exit
    if command -v timeout >/dev/null 2>&1; then exec timeout "$rj_submission_seconds" /bin/sh -c "$_rj_line"; fi
    eval "$_rj_line"
  ) </dev/null 3>&- >"$rj_dir/submitted" 2>"$rj_dir/refused" &
  rj_await_submission $!
  _rj_out=$(cat "$rj_dir/submitted") _rj_err=$(head -c 8192 "$rj_dir/refused")
  [ $rj_status -ge 124 ] || printf 'answered=%s\n' $rj_status >>"$rj_dir/about"
  # A scheduler that was cut off, or whose answer was, may have the job: its folder stays in the ledger.
  case "$rj_status $_rj_err" in
    0\ * | 124\ * | 129\ * | 130\ * | 137\ * | 143\ *) ;;
    # Slurm, PBS, Torque, Grid Engine, LSF: the connection broke, and nothing says whether before or after.
    *'imed out'* | *'ime out'* | *[Tt]imeout* | *'End of File'* | *'onnection reset'* | *'ommunication failure'*) ;;
    *'Zero Bytes were'* | *'essage receive fail'* | *'onnection shutdown fail'* | *'longer than data received'*) ;;
    *'remature end of message'* | *'rotocol error'* | *'got read error'* | *'internal error'* | *'roken pipe'*) ;;
    *) rm -rf "$rj_dir"; rj_dir= ;;
  esac
  # None when the job was refused.
  rj_say folder "$rj_dir"
  rj_say_ran "$rj_status" "$_rj_out" "$_rj_err"
}
# rj_await_submission PID: waits for the end of the submission; rj_status is its status. One that has printed an id three seconds
# ago, and goes on, waits for the job itself (--wait, -sync y, block=true, -K). It is let be: at its end some take the job
# with them. The time limit alone is ended.
rj_await_submission() {
  _rj_ticks=0
  while kill -0 "$1" 2>/dev/null; do
    rj_sleep 0.05
    [ -s "$rj_dir/submitted" ] || continue
    _rj_ticks=$((_rj_ticks + 1))
    [ $_rj_ticks -ge 60 ] || continue
    if rj_has_id; then kill -KILL "$1" 2>/dev/null; rj_status=0; return; fi
  done
  wait "$1"
  rj_status=$?
}
# Returns true if the submission has printed a job id.
rj_has_id() {
  grep -q -e '^[0-9][0-9]*\(;[A-Za-z0-9_.-]*\)*$' -e '^[0-9][0-9]*\(\[\]\)*\.[A-Za-z0-9_.-]*$' -e '^Submitted batch job ' \
    -e '^Your job' -e '^Job <' "$rj_dir/submitted"
}
# Makes a job's folder, with all that it needs to run.
rj_make_job() {
  mkdir -p "$rj_dir/runtime" && printf '%s\nat=%s\n' "$rj_about" "$(date +%s)" | cat >"$rj_dir/about" && rj_print_cluster >"$rj_dir/where" &&
    : >"$rj_dir/log" && printf '%s\n' "$rj_bind" >"$rj_dir/bind" && rj_write_idle_config && rj_print_server >"$rj_dir/start" &&
    { rj_print_job_head && rj_print_login_shell && rj_print_job_keeper; } >"$rj_dir/keeper" &&
    printf '#!/bin/sh\nexec /bin/sh %s\n' "$(rj_quote "$rj_dir/keeper")" >"$rj_dir/submit"
}

# Prints lines that choose the cluster which the environment chooses, for whoever asks for the job or ends it later: a number is one cluster's own.
rj_print_cluster() {
  for _rj_name in SLURM_CONF SGE_ROOT SGE_CELL SGE_CLUSTER_NAME SGE_QMASTER_PORT PBS_DEFAULT PBS_SERVER PBS_CONF_FILE LSF_ENVDIR LSF_SERVERDIR; do
    eval "_rj_value=\${$_rj_name-}"
    if [ -n "$_rj_value" ]; then printf '%s=%s; export %s\n' "$_rj_name" "$(rj_quote "$_rj_value")" "$_rj_name"; else printf 'unset %s\n' "$_rj_name"; fi
  done
}

# rj_quote TEXT: prints it quoted for sh. One sed for the quotes around it too: POSIX's ends its last line whatever came.
rj_quote() { printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"; }

# Prints what the job has to know of the submission. No token: the job makes it where it runs, so that it
# stands neither in the scheduler's records nor on the way to them.
rj_print_job_head() {
  for _rj_name in rj_dir rj_cwd rj_apps rj_setup rj_own_command rj_fixed_port rj_bind rj_umask rj_seconds rj_idle rj_idle_old rj_rerun; do
    eval "_rj_value=\$$_rj_name"
    printf '%s=%s\n' "$_rj_name" "$(rj_quote "$_rj_value")"
  done
  printf 'rj_login=%s\nrj_shell=%s\n' "$(rj_quote "$rj_node")" "$(rj_quote "${SHELL:-/bin/sh}")"
  printf 'rj_export_env() { :\n%s\n}\n' "$rj_env"
}

# rj_say_look DIR: how far a job of ours is, by its files alone. Making something in the folder makes a
# file system of the network look again: it may else hold for a minute that a file is not there.
rj_say_look() {
  : >"$1/look" 2>/dev/null && rm -f "$1/look"
  if [ -f "$1/exit" ]; then
    rj_fail died "$(cat "$1/exit")
$(rj_print_tails "$1")"
  elif [ "$(cat "$1/bind" 2>/dev/null)" = kept ]; then
    rj_fail kept ''
  elif _rj_ready=$(cat "$1/ready" 2>/dev/null) && [ -n "$_rj_ready" ]; then
    # One look: a server that moves to another address takes the file away.
    rj_say ready "$_rj_ready"
  elif [ -f "$1/started" ]; then
    rj_say looked "$(cat "$1/started")"
  else
    rj_say looked ''
  fi
}
# rj_print_tails DIR: the last lines of everything that a job wrote.
rj_print_tails() {
  { tail -c 3000 "$1/batch.log"; tail -c 3000 "$1/log"; rj_print_outputs 3000 "$(cat "$1/output" 2>/dev/null)"; } 2>/dev/null | tail -n 25
}

# rj_keep_output DIR LINE: keeps what LINE says of where a job script of the user's own writes: lines of paths, an empty line, and what else is known of it. Its
# scheduler tells while it knows the job, so "output" keeps that.
rj_keep_output() {
  case $1 in "$rj_base"/jobs/*) rj_run_limited "$rj_call_seconds" "$2" </dev/null >"$1/output" 2>/dev/null ;; esac
  rj_say looked ''
}
# rj_print_outputs BYTES TEXT: the end of each file. The name of a node that was not chosen yet is a pattern (%N).
rj_print_outputs() {
  printf '%s\n' "$2" | sed '/^$/,$d' | while IFS= read -r _rj_path; do
    # shellcheck disable=SC2046 # a pattern
    [ -f "$_rj_path" ] || _rj_path=$(IFS=; ls -1td $(printf '%s' "$_rj_path" | sed 's/%[0-9]*[A-Za-z]/*/g') 2>/dev/null | head -1)
    [ -f "$_rj_path" ] && tail -c "$1" "$_rj_path" 2>/dev/null
  done
  printf '%s\n' "$2" | sed '1,/^$/d' | tail -c "$1"
}
# rj_say_output TEXT: answers with the ends of the files that "output" names.
rj_say_output() {
  rj_say log "$(printf '%s\n' "$1" | sed -n 1p)
$(rj_print_outputs 200000 "$1")"
}

# rj_move_server DIR: its server is to listen on the node's address. (An older job does not know of that.)
rj_move_server() {
  if [ -f "$1/bind" ] && [ -z "$(ls "$1"/runtime/kernel-*.json 2>/dev/null)" ]; then
    printf 'node\n' >"$1/bind"
    rj_say looked ''
  else
    rj_fail kept ''
  fi
}
# rj_say_probe ADDRESS PORT: whether a connection to it hangs, as behind a firewall that drops. The forwarding of sshd
# would hang in it for minutes, and with it all others of the session. Where that cannot be found out it does not.
rj_say_probe() {
  # shellcheck disable=SC2016 # that bash expands it
  timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" >/dev/null 2>&1 </dev/null 3>&-
  if [ $? = 124 ]; then rj_say looked hangs; else rj_say looked ''; fi
}

# rj_say_over DIR: a job that the scheduler does not know any more, and that left no word.
rj_say_over() {
  case $1 in "$rj_base"/jobs/*) ;; *) rj_say over ''; return ;; esac
  _rj_tenths=0 # its files may come later than the scheduler's word
  while [ ! -f "$1/exit" ] && [ $_rj_tenths -lt 10 ]; do _rj_tenths=$((_rj_tenths + 1)); rj_sleep 0.1; : >"$1/look"; rm -f "$1/look"; done
  rj_say over "$(cat "$1/exit" 2>/dev/null)
$(rj_print_tails "$1")"
  rm -rf "$1/runtime" "$1/sock" "$1/ready"
  : >"$1/told" # by whoever asks
  [ -f "$1/exit" ] || printf 'gone\n' >"$1/exit"
}

# rj_close_jobs NAME...: jobs of which the scheduler says that they have ended, or that it has none of their numbers.
rj_close_jobs() {
  for _rj_name in "$@"; do
    _rj_folder=$rj_base/jobs/$_rj_name
    case $_rj_name in */* | .*) continue ;; esac
    [ -f "$_rj_folder/about" ] || continue
    rm -rf "$_rj_folder/runtime" "$_rj_folder/sock" "$_rj_folder/ready"
    [ -f "$_rj_folder/exit" ] || printf 'gone\n' >"$_rj_folder/exit"
  done
  rj_say looked ''
}

# rj_await_exit DIR: waits for a job's end. A server was asked to end, and its job ends with it. Ten seconds at most.
rj_await_exit() {
  _rj_tenths=0
  while [ -n "$1" ] && [ ! -f "$1/exit" ] && [ $_rj_tenths -lt 100 ]; do
    _rj_tenths=$((_rj_tenths + 1)); [ $((_rj_tenths % 10)) = 0 ] && rj_say wait stopping
    rj_sleep 0.1
  done
  rj_say looked ''
}

# rj_say_job_log [LINE]: answers with the newest job's log; what the scheduler itself said comes first. With a LINE of the scheduler, the output that tells.
rj_say_job_log() {
  if [ -n "$1" ]; then rj_say_output "$(rj_run_limited "$rj_call_seconds" "$1" 2>/dev/null </dev/null)"; return; fi
  # shellcheck disable=SC2045 # names of ours: no spaces
  for _rj_folder in $(ls -1t "$rj_base/jobs" 2>/dev/null); do
    [ "$(sed -n 's/^profile=//p' "$rj_base/jobs/$_rj_folder/about" 2>/dev/null)" = "$(printf '%s\n' "$rj_about" | sed -n 's/^profile=//p')" ] || continue
    [ -f "$rj_base/jobs/$_rj_folder/about" ] || continue
    if [ -s "$rj_base/jobs/$_rj_folder/output" ]; then rj_say_output "$(cat "$rj_base/jobs/$_rj_folder/output")"; return; fi
    rj_say log "$rj_base/jobs/$_rj_folder/log
$(tail -c 50000 "$rj_base/jobs/$_rj_folder/batch.log" 2>/dev/null)
$(tail -c 200000 "$rj_base/jobs/$_rj_folder/log" 2>/dev/null)"
    return
  done
  rj_say log ''
}

# rj_do_job_command COMMAND: docs/remote-script.md has the whole conversation.
rj_do_job_command() {
  mkdir -p "$rj_base/jobs" 2>/dev/null
  # shellcheck disable=SC2086 # names and numbers: no spaces
  case $1 in
    'find '*) rj_say_ledger; rj_say_shared_files; rj_say_job_owners; rj_run_command "${1#find }"; rj_in_c rj_say_found ;;
    'lock '*) if [ -n "${rj_unwritable:-}" ]; then rj_fail unwritable "$rj_unwritable"; else rj_lock && rj_do_job_command "find ${1#lock }"; fi ;;
    unlock) rj_unlock; rj_say looked '' ;;
    'submit '*) rj_submit_job "${1#submit }"; rj_unlock ;;
    'look '*) rj_say_look "${1#look }" ;;
    'move '*) rj_move_server "${1#move }" ;;
    'probe '*) set -- $1; rj_say_probe "$2" "$3" ;;
    'run '*) rj_run_command "${1#run }" ;;
    'over '*) rj_say_over "${1#over }" ;;
    'exit '*) rj_await_exit "${1#exit }" ;;
    far) rj_say_shared_files; rj_say_job_owners; rj_in_c rj_say_found ;;
    'close '*) rj_close_jobs ${1#close } ;;
    'hold '*) rj_hold_in_job "${1#hold }" ;; # src/remote/holder.sh
    # From here on the channel is the relay's alone.
    'relay '*) eval "exec ${1#relay }" ;;
    log) rj_say_job_log '' ;;
    'log '*) rj_say_job_log "${1#log }" ;;
    'output '*) _rj_words=${1#output }; rj_keep_output "${_rj_words%% *}" "${_rj_words#* }" ;;
  esac
}
