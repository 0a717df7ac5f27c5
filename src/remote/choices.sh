# The lists of tools that a user chooses from, each below a heading. src/scheduler/choices.rs reads them.

# rj_print_choices SCHEDULER
rj_print_choices() {
  case $1 in
    slurm)
      rj_list sinfo sinfo --noheader --format='%P|%a|%l|%G|%A'
      rj_list sacctmgr sacctmgr --noheader --parsable2 show associations "user=$(id -un)" format=account
      ;;
    sge)
      rj_list 'qstat -g c' qstat -g c
      rj_list 'qconf -spl' qconf -spl
      ;;
    pbs) rj_list 'qstat -Qf' qstat -Q -f ;;
    lsf) rj_list bqueues bqueues ;;
  esac
  printf '\n## conda\n'
  head -n 300 "$HOME/.conda/environments.txt" 2>/dev/null
  for _rj_place in "$HOME"/miniconda3 "$HOME"/miniforge3 "$HOME"/mambaforge "$HOME"/anaconda3 "$HOME"/micromamba; do
    for _rj_one in "$_rj_place"/envs/*/conda-meta; do
      [ -d "$_rj_one" ] && printf '%s\n' "${_rj_one%/conda-meta}"
    done
  done
  printf '\n## venv\n'
  _rj_place=$(rj_print_path "$rj_workdir")
  for _rj_one in "$_rj_place"/.venv "$_rj_place"/venv "$HOME"/.venv "$HOME"/venv "$HOME"/*/.venv "$HOME"/*/venv \
    "$HOME"/.virtualenvs/* "$HOME"/venvs/* "$HOME"/envs/*; do
    [ -f "$_rj_one/pyvenv.cfg" ] && printf '%s\n' "$_rj_one"
  done
  # The command behind the shell function `module`, which a plain sh does not have. It lists on standard error.
  if [ -n "${LMOD_CMD:-}" ]; then set -- "$LMOD_CMD"
  elif [ -n "${MODULES_CMD:-}" ]; then set -- "$MODULES_CMD"
  else set -- modulecmd; fi
  # shellcheck disable=SC2016 # that sh has the command as its $0
  rj_list modules sh -c '"$0" sh -t avail 2>&1 >/dev/null' "$1"
}

# rj_say_choices SCHEDULER: says all lists, in one answer.
rj_say_choices() { rj_say choices "$(rj_in_c rj_print_choices "$1")"; }
