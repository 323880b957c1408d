/** The files that make a plain Debian rootfs a lab node. */

/** Units of no use in a container, some of which would wait for hardware. */
export const maskedUnits = [
  'getty.target',
  'console-getty.service',
  'logd.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  // Its part at shutdown delays every restart by two seconds, even with nothing to install.
  'unattended-upgrades.service',
  'dpkg-db-backup.timer',
  'fstrim.timer',
  'systemd-tmpfiles-clean.timer',
  'dev-hugepages.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'systemd-modules-load.service',
  'systemd-pstore.service',
  'systemd-networkd-wait-online.service',
  'modprobe@.service',
];

const nginx = (port: number, pid: string) => `worker_processes 1;
pid ${pid};
# To a file: the resource agent waits for a standard error that stays open.
error_log /var/log/nginx/error-${port}.log;
events { worker_connections 512; }
http {
  access_log off;
  server {
    listen ${port} default_server reuseport;
    location / { default_type text/plain; return 200 "$hostname\\n"; }
    location = /nginx_status { stub_status; }
  }
}
`;

const fenceAgent = `#!/bin/sh
# Fence agent (options on standard input) that asks the lab's power controller.
action=reboot; port=; url=
if [ "$1" = -o ]; then action=$2; else
  while IFS='=' read -r key value; do case $key in action|option) action=$value ;; port|plug|nodename) [ -n "$value" ] && port=$value ;; url) url=$value ;; esac; done
fi
ask() { curl -fsS -m "$1" "$url/?node=$2&action=$3"; }
case $action in
  metadata) cat <<'XML'
<?xml version="1.0" ?>
<resource-agent name="fence_lab" shortdesc="lab power controller">
<longdesc>Power control of lab nodes.</longdesc>
<parameters>
<parameter name="action" unique="0" required="1"><getopt mixed="-o, --action=[action]"/><content type="string" default="reboot"/><shortdesc lang="en">action</shortdesc></parameter>
<parameter name="port" unique="0" required="0"><getopt mixed="-n, --plug=[id]"/><content type="string"/><shortdesc lang="en">node</shortdesc></parameter>
<parameter name="url" unique="0" required="1"><getopt mixed="-u, --url=[url]"/><content type="string"/><shortdesc lang="en">controller</shortdesc></parameter>
</parameters>
<actions><action name="on" automatic="0"/><action name="off"/><action name="reboot"/><action name="status"/><action name="list"/><action name="monitor"/><action name="metadata"/></actions>
</resource-agent>
XML
  ;;
  monitor) ask 5 node1 status >/dev/null ;;
  list) exit 0 ;;
  status) state=$(ask 5 "$port" status) || exit 1; [ "$state" = on ] && exit 0; exit 2 ;;
  on|off|reboot) ask 20 "$port" "$action" >/dev/null ;;
  *) exit 1 ;;
esac
`;

/** A file of the rootfs: its content, and whether it is a program. */
export interface RootfsFile {
  readonly path: string;
  readonly content: string;
  readonly executable?: boolean;
}

export const rootfsFiles: readonly RootfsFile[] = [
  { path: '/etc/machine-id', content: '' },
  { path: '/etc/apt/apt.conf.d/90lab', content: 'APT::Install-Recommends "false";\nAcquire::Languages "none";\n' },
  { path: '/etc/nginx/nginx.conf', content: nginx(80, '/run/nginx.pid') },
  { path: '/etc/nginx/continuous.conf', content: nginx(8080, '/run/nginx-continuous.pid') },
  { path: '/usr/sbin/fence_lab', content: fenceAgent, executable: true },
  {
    path: '/usr/local/sbin/lab-net',
    executable: true,
    content: `#!/bin/sh
. /etc/lab.env
for i in 1 2 3 4 5 6 7 8 9 10; do ip link show host0 >/dev/null 2>&1 && break; sleep 0.1; done
ip link set lo up
ip addr replace "$LAB_IP/24" dev host0
ip link set host0 up
`,
  },
  {
    path: '/etc/systemd/system/lab-net.service',
    content: `[Unit]
Description=lab network
DefaultDependencies=no
After=local-fs.target
Before=network.target network-online.target
Conflicts=shutdown.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/lab-net
[Install]
WantedBy=network-online.target multi-user.target
`,
  },
  {
    path: '/etc/systemd/system/cau-node.service',
    content: `[Unit]
Description=Cluster-Aware Updating: node worker
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/local/bin/node /opt/cau/dist/cli/main.js serve node
Restart=always
RestartSec=200ms
KillMode=mixed
TimeoutStopSec=15s
# At boot the cluster stack comes first.
Nice=5
[Install]
WantedBy=multi-user.target
`,
  },
  { path: '/etc/systemd/journald.conf.d/lab.conf', content: '[Journal]\nStorage=persistent\nRateLimitIntervalSec=0\n' },
  { path: '/etc/systemd/system.conf.d/lab.conf', content: '[Manager]\nDefaultTimeoutStopSec=20s\nStatusUnitFormat=name\n' },
];

/** Symbolic links in the rootfs: where, and to what. */
export const rootfsLinks: readonly (readonly [string, string])[] = [
  ['/etc/systemd/system/default.target', '/lib/systemd/system/multi-user.target'],
  ['/etc/systemd/system/network-online.target.wants/lab-net.service', '../lab-net.service'],
  ['/etc/systemd/system/multi-user.target.wants/lab-net.service', '../lab-net.service'],
  ...maskedUnits.map((unit): readonly [string, string] => [`/etc/systemd/system/${unit}`, '/dev/null']),
];

/** Empty places for what is mounted or bound into a node. */
export const rootfsPlaces = { directories: ['/opt/cau', '/srv/repo', '/var/lib/cau', '/etc/cau'], files: ['/usr/local/bin/node'] };
