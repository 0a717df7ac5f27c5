
# Paths on the host: for `open HOST PATH`, and for `--notebook`.
_remote_jupyter_paths() {
    local at=1 host= seen= found
    while (( at < CURRENT )); do
        case $words[at] in
        @VALUED@) (( at++ )) ;;
        -*) ;;
        open) seen=1 ;;
        *) [[ -n $seen && -z $host ]] && host=$words[at] ;;
        esac
        (( at++ ))
    done
    [[ -n $host ]] || return 1
    found=("${(@f)$(remote-jupyter complete "$host" "${(Q)PREFIX}" 2>/dev/null)}")
    found=("${(@)found:#}")
    # No blank after a folder: the next part of the path follows.
    compadd -S '' -- "${(@M)found:#*/}"
    compadd -- "${(@)found:#*/}"
}
