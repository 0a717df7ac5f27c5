# Notebooks and folders that a user may mean, for a shell that completes a path.

# rj_print_paths FOLDER: those in a folder of the working folder; folders end with a slash.
rj_print_paths() {
  cd "$(rj_print_path "$rj_workdir")" 2>/dev/null && cd "./$1" 2>/dev/null || return 0
  for _rj_one in */ *.ipynb; do
    [ -e "$_rj_one" ] && printf '%s\n' "$_rj_one"
  done | head -n 500
}

# rj_say_paths FOLDER: says them, in one answer.
rj_say_paths() { rj_say paths "$(rj_print_paths "$1")"; }
