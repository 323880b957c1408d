/** Kinds of packages that a run treats differently, by their Debian names. */

/** The cluster stack, and what corosync and Pacemaker link to: updating one of them restarts or disturbs the cluster. */
const stack =
  /^(?:(?:corosync|pacemaker|sbd|dlm|crmsh|pcs|booth|resource-agents|fence-agents|cluster-glue)(?:-|$)|lib(?:knet|qb|nozzle|corosync|cfg\d|cmap\d|cpg\d|quorum\d|votequorum\d|sam\d|cib\d|crm|lrmd\d|pe-|pacemaker|stonithd|dlm))/;

/** What a run stands on: it never replaces itself under its own feet. */
const own = /^(cau|cluster-aware-updating|nodejs|libnode\d+)$/;

/** Updates after which nodes usually have to be restarted. */
const restart = /^(linux-image-|intel-microcode|amd64-microcode|firmware-|libc6$|systemd$|dbus$|dbus-daemon$|dbus-broker$)|-kernel$/;

const bare = (name: string) => name.split(':')[0] ?? name;

/** Whether an origin, as apt renders it (`LABEL:VERSION/SUITE`), is one of security updates. */
export const isSecurityOrigin = (origin: string) => /^Debian-Security:|-security$/i.test(origin);

export const isClusterStack = (name: string) => stack.test(bare(name));
export const isOwn = (name: string) => own.test(bare(name));
export const mayNeedRestart = (name: string) => restart.test(bare(name));
