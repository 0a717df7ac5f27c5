
# Paths on the host: for `open HOST PATH`, and for `--notebook`.
_remote_jupyter_paths() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} at word host='' words=0
    _remote__jupyter "$@"
    for ((at = 1; at < COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        case $word in
        @VALUED@) ((at++)) ;;
        -*) ;;
        *)
            ((++words))
            [[ $words == 1 && $word != open ]] && return 0
            [[ $words == 2 ]] && host=$word
            ;;
        esac
    done
    case $before in
    --notebook) ;;
    @VALUED@) return 0 ;;
    *) [[ $words == 2 ]] || return 0 ;;
    esac
    [[ -n $host && $current != -* ]] || return 0
    # As it is meant, not as it is quoted.
    current=${current//\\/}
    current=${current#[\"\']}
    COMPREPLY=()
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <("$1" complete "$host" "$current" 2>/dev/null)
    type compopt >/dev/null 2>&1 || return 0
    compopt -o filenames +o default +o bashdefault 2>/dev/null
    case ${COMPREPLY[0]-} in */) compopt -o nospace 2>/dev/null ;; esac
    return 0
}
complete -F _remote_jupyter_paths -o bashdefault -o default remote-jupyter
