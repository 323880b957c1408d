/** The configuration of the lab's cluster: corosync's, and the first CIB. */
import { hostAddress, nodeAddress, powerPort, type LabPlace } from './place.js';
import { deviceConfiguration } from './quorum-device.js';

/** corosync.conf; two nodes keep quorum alone once both have been there, unless they have a quorum device for that. */
export function corosyncConfiguration(place: LabPlace, nodes: readonly string[], { quorumDevice }: { readonly quorumDevice: boolean }): string {
  const alone = nodes.length === 2 ? '  two_node: 1\n  wait_for_all: 1\n' : '';
  return `totem {
  version: 2
  cluster_name: ${place.name}
  transport: knet
  crypto_cipher: aes256
  crypto_hash: sha256
  token: 1000
  token_coefficient: 250
}
quorum {
  provider: corosync_votequorum
${quorumDevice ? deviceConfiguration(place) : alone}}
logging {
  to_stderr: no
  to_syslog: yes
  to_logfile: no
  debug: off
}
nodelist {
${nodes.map((node, index) => `  node {\n    ring0_addr: ${nodeAddress(place, node)}\n    name: ${node}\n    nodeid: ${index + 1}\n  }`).join('\n')}
}
`;
}

interface CibSettings {
  readonly fencing: boolean;
}

/**
 * The CIB that Pacemaker reads at its first start. Its feature set must not be newer than the daemon's, and
 * `dc-deadtime` keeps the formation of the cluster short.
 */
export function firstCib(place: LabPlace, nodes: readonly string[], { fencing }: CibSettings): string {
  const at = (index: number) => nodes[Math.min(index, nodes.length) - 1] ?? 'node1';
  const replica = nodes.length === 2 ? at(1) : at(4);
  return `<cib crm_feature_set="3.1.0" validate-with="pacemaker-3.8" epoch="1" num_updates="0" admin_epoch="1" have-quorum="0">
 <configuration>
  <crm_config><cluster_property_set id="cib-bootstrap-options">
   <nvpair id="o1" name="stonith-enabled" value="${fencing}"/>
   <nvpair id="o2" name="dc-deadtime" value="2s"/>
   <nvpair id="o3" name="cluster-name" value="${place.name}"/>
   <nvpair id="o4" name="no-quorum-policy" value="stop"/>
  </cluster_property_set></crm_config>
  <nodes>${nodes.map((node, index) => `<node id="${index + 1}" uname="${node}"/>`).join('')}</nodes>
  <resources>
   <group id="web">
    <primitive id="web-srv" class="ocf" provider="heartbeat" type="nginx">
     <instance_attributes id="web-srv-ia"><nvpair id="ws1" name="configfile" value="/etc/nginx/nginx.conf"/></instance_attributes>
     <operations><op id="ws-m" name="monitor" interval="5s" timeout="20s"/><op id="ws-s" name="start" interval="0" timeout="40s"/><op id="ws-p" name="stop" interval="0" timeout="60s"/></operations>
    </primitive>
    ${virtualAddress('web-ip', `${place.network}.100`)}
   </group>
   <clone id="ca-web">
    <meta_attributes id="ca-web-ma"><nvpair id="cm1" name="interleave" value="true"/></meta_attributes>
    <primitive id="ca-web-srv" class="ocf" provider="heartbeat" type="nginx">
     <instance_attributes id="ca-web-ia"><nvpair id="cw1" name="configfile" value="/etc/nginx/continuous.conf"/><nvpair id="cw2" name="port" value="8080"/><nvpair id="cw3" name="status10url" value="http://127.0.0.1:8080/nginx_status"/></instance_attributes>
     <operations><op id="cw-m" name="monitor" interval="5s" timeout="20s"/><op id="cw-s" name="start" interval="0" timeout="40s"/><op id="cw-p" name="stop" interval="0" timeout="60s"/></operations>
    </primitive>
   </clone>
   ${virtualAddress('ca-ip', `${place.network}.101`)}
   <clone id="db">
    <meta_attributes id="db-ma"><nvpair id="dm1" name="promotable" value="true"/><nvpair id="dm2" name="promoted-max" value="1"/><nvpair id="dm3" name="clone-max" value="2"/><nvpair id="dm4" name="notify" value="true"/></meta_attributes>
    <primitive id="db-srv" class="ocf" provider="pacemaker" type="Stateful">
     <operations><op id="db-m1" name="monitor" role="Promoted" interval="10s" timeout="20s"/><op id="db-m2" name="monitor" role="Unpromoted" interval="11s" timeout="20s"/></operations>
    </primitive>
   </clone>
   <group id="files">
    ${dummy('files-fs')}
    ${dummy('files-srv')}
   </group>
${fencing ? nodes.map((node, index) => fenceDevice(place, node, nodes.length === 2 && index === 0)).join('\n') : ''}
  </resources>
  <constraints>
   <rsc_location id="l-web" rsc="web" node="${at(1)}" score="100"/>
   <rsc_location id="l-db" rsc="db"><rule id="l-db-r" role="Promoted" score="100"><expression id="l-db-e" attribute="#uname" operation="eq" value="${at(2)}"/></rule></rsc_location>
   <rsc_location id="l-db1" rsc="db" node="${at(2)}" score="50"/>
   <rsc_location id="l-db2" rsc="db" node="${replica}" score="20"/>
   <rsc_location id="l-files" rsc="files" node="${at(3)}" score="100"/>
   <rsc_colocation id="c-ca" rsc="ca-ip" with-rsc="ca-web" score="INFINITY"/>
   <rsc_order id="or-ca" first="ca-web" then="ca-ip" kind="Mandatory"/>
  </constraints>
  <rsc_defaults><meta_attributes id="rsc-options"><nvpair id="r1" name="resource-stickiness" value="1"/></meta_attributes></rsc_defaults>
 </configuration>
 <status/>
</cib>
`;
}

function virtualAddress(id: string, address: string): string {
  return `<primitive id="${id}" class="ocf" provider="heartbeat" type="IPaddr2">
     <instance_attributes id="${id}-ia"><nvpair id="${id}-1" name="ip" value="${address}"/><nvpair id="${id}-2" name="cidr_netmask" value="24"/></instance_attributes>
     <operations><op id="${id}-m" name="monitor" interval="5s" timeout="20s"/></operations>
    </primitive>`;
}

function dummy(id: string): string {
  return `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy"><operations><op id="${id}-m" name="monitor" interval="10s" timeout="20s"/></operations></primitive>`;
}

/** A device for each node; in a cluster of two, one waits, so that both do not shoot each other. */
function fenceDevice(place: LabPlace, node: string, isDelayed: boolean): string {
  const delayed = isDelayed ? `<nvpair id="fence-${node}-3" name="pcmk_delay_base" value="2s"/>` : '';
  return `   <primitive id="fence-${node}" class="stonith" type="fence_lab">
    <instance_attributes id="fence-${node}-ia"><nvpair id="fence-${node}-1" name="url" value="http://${hostAddress(place)}:${powerPort}"/><nvpair id="fence-${node}-2" name="pcmk_host_list" value="${node}"/>${delayed}</instance_attributes>
    <operations><op id="fence-${node}-m" name="monitor" interval="60s" timeout="20s"/></operations>
   </primitive>`;
}
