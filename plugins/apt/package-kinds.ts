/** Kinds of packages that a run treats differently, by their Debian names. */

/** The cluster stack, and what corosync and Pacemaker link to: updating one of them restarts or disturbs the cluster. */
const stack =
  /^(corosync|pacemaker|sbd|dlm|crmsh|pcs|booth|resource-agents|fence-agents|libknet|libqb|libnozzle|libcorosync|libcfg\d|libcmap\d|libcpg\d|libquorum\d|libvotequorum\d|libsam\d|libcib\d|libcrm|liblrmd\d|libpe-|libpacemaker|libstonithd|libdlm)/;

/** What a run stands on: it never replaces itself under its own feet. */
const own = /^(cau|cluster-aware-updating|nodejs)$/;

/** Updates after which nodes usually have to be restarted. */
const restart = /^(linux-image-|intel-microcode|amd64-microcode|firmware-|libc6$|libc-bin$|systemd$|libsystemd0$|dbus$)|-kernel$/;

const bare = (name: string) => name.split(':')[0] ?? name;

export const isClusterStack = (name: string) => stack.test(bare(name));
export const isOwn = (name: string) => own.test(bare(name));
export const mayNeedRestart = (name: string) => restart.test(bare(name));
