#!/bin/bash
# The bare minimum that updates a cluster node by node, to compare with: no checks, no record, no way back, and it knows
# beforehand that two passes of apt are enough and that a restart is needed.
# Arguments: the directory of the lab's nodes; their names in one word; how to enter a node (nsenter, after -t PID).
# Writes a line "NODE PHASE MILLISECONDS" after each phase.
set -euo pipefail
trap 'echo "line $LINENO: $BASH_COMMAND failed" >&2' ERR
directory=$1
read -ra nodes <<<"$2"
enter=("${@:3}")

# The host's id of the node's first process; fails while the node is off.
find_init() {
  local outer children
  outer=$(<"$directory/$1/nspawn.pid") && children=$(<"/proc/$outer/task/$outer/children") && init=${children%% *} && [[ -n $init ]]
}

inside() {
  find_init "$1" && nsenter -t "$init" "${enter[@]}" "${@:2}"
}

sees_member() {
  inside "$1" crm_mon -1 --output-as=xml | grep -Eq "<node name=\"$2\"[^>]* online=\"true\"[^>]* pending=\"false\""
}

phase() {
  local now=${EPOCHREALTIME/./}
  echo "$node $1 $(((now - since) / 1000))"
  since=$now
}

for node in "${nodes[@]}"; do
  since=${EPOCHREALTIME/./}
  peer=${nodes[0]}
  [[ $peer == "$node" ]] && peer=${nodes[1]}
  inside "$peer" crm_standby -N "$node" -v on
  inside "$peer" crm_resource --wait
  phase drain
  for _ in 1 2; do
    inside "$node" apt-get -qq update >&2
    inside "$node" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --with-new-pkgs upgrade >&2
  done
  phase install
  boot=$(inside "$node" cat /proc/sys/kernel/random/boot_id)
  inside "$node" systemctl reboot || true
  until now=$(inside "$node" cat /proc/sys/kernel/random/boot_id) && [[ -n $now && $now != "$boot" ]]; do sleep 0.1; done 2>/dev/null
  phase restart
  until sees_member "$node" "$node" && sees_member "$peer" "$node"; do sleep 0.1; done 2>/dev/null
  phase rejoin
  inside "$peer" crm_standby -N "$node" -v off
  inside "$peer" crm_resource --wait
  phase return
done
