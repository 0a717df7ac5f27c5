# The program that holds websockets (src/tunnel/resume/holder.py); a part of the script (script.sh).

# rj_find_python PID: the Python that a server runs in (rj_python), or any other one. Where a process number is 0, or says nothing,
# that of the PATH. A Mac's own python3 may be nothing but a dialog that offers to install one.
rj_find_python() {
  rj_python=$(readlink "/proc/$1/exe" 2>/dev/null || ps -o comm= -p "$1" 2>/dev/null)
  case ${rj_python##*/} in
    [Pp]ython* | pypy*) [ -x "$rj_python" ] || rj_python= ;;
    *) rj_python= ;;
  esac
  [ -n "$rj_python" ] || rj_python=$(command -v python3)
  case $rj_python in /usr/bin/python3) [ "$(uname)" != Darwin ] || xcode-select -p >/dev/null 2>&1 || rj_python= ;; esac
}

# rj_hold TEXT: starts it; the first line of TEXT is that of the arguments, and the others are the program.
rj_hold() { eval "rj_start_holder \"\${1#*\"\$rj_newline\"}\" ${1%%"$rj_newline"*}"; }

# rj_start_holder PROGRAM PLACE PID ARGUMENT…: starts it, in a process of its own that outlives this login; answers with its socket and
# secret. The socket is in the account's home, or (PLACE "own") on a file system of this machine's own.
rj_start_holder() {
  _rj_program=$1 _rj_folder=
  [ "$2" = own ] || _rj_folder=$rj_base/streams
  rj_find_python "$3"
  # The server's Python may need libraries of modules that only its job has loaded.
  _rj_libraries=$(tr '\0' '\n' 2>/dev/null <"/proc/$3/environ" | sed -n 's/^LD_LIBRARY_PATH=//p')
  shift 3
  [ -n "$rj_python" ] || { rj_fail holder 'no python3'; return; }
  [ -z "$_rj_folder" ] || mkdir -p "$_rj_folder" 2>/dev/null
  if _rj_told=$([ -z "$_rj_libraries" ] || export LD_LIBRARY_PATH="$_rj_libraries"
    printf '%s\n' "$_rj_program" | "$rj_python" -I -S - "$_rj_folder" "$@" 2>&1); then
    rj_say holder "$_rj_told"
  else
    rj_fail holder "$_rj_told"
  fi
}

# rj_hold_in_job LINE: starts it in a job, by a command of the scheduler's that may stay for as long as it does, beyond this login;
# answers with its socket and secret, which come among whatever the scheduler prints.
rj_hold_in_job() {
  _rj_setsid=$(command -v setsid) _rj_noise=''
  { (trap '' HUP; eval "exec $_rj_setsid $1") </dev/null 2>&1 3>&- & } | {
    while IFS= read -r _rj_line; do
      case $_rj_line in
        /*/rj-*/sock)
          IFS= read -r _rj_secret
          rj_say holder "$_rj_line$rj_newline$_rj_secret"
          _rj_noise=
          break
          ;;
      esac
      _rj_noise=$_rj_noise$_rj_line$rj_newline
    done
    [ -z "$_rj_noise" ] || rj_fail holder "$_rj_noise"
  }
}
