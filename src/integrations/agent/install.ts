import type { AgentEnrolment } from '../../core/agents/agent-desk.ts';

const FOLDER = '/etc/xpert-agent';
const PROGRAM = '/opt/xpert-agent/xpert-agent.mjs';

/** Also stands as deploy/systemd/xpert-agent.service; a test holds the two together. */
export const AGENT_UNIT = `# Reads this node and brings the readings to an Xpert panel elsewhere. Opens no port.
[Unit]
Description=Xpert agent
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=5min
StartLimitBurst=20

[Service]
Type=exec
EnvironmentFile=${FOLDER}/agent.env
Environment=NODE_ENV=production XPERT_AGENT_DIR=/var/lib/xpert-agent
# One heap for all threads: 15 MB less, and an agent needs no more.
Environment=MALLOC_ARENA_MAX=1
StateDirectory=xpert-agent
StateDirectoryMode=0700
WorkingDirectory=/var/lib/xpert-agent
UMask=0077
ExecStart=/usr/bin/env node --max-semi-space-size=1 --optimize-for-size --no-opt ${PROGRAM}
Restart=always
RestartSec=5s
# 2 = the configuration is wrong: starting again cannot help.
RestartPreventExitStatus=2
MemoryMax=256M

# Root, because sockets and configurations of VPN systems belong to root, but with the right to ask the kernel about its
# interfaces alone. (That right also allows to change them; the agent never does.)
CapabilityBoundingSet=CAP_NET_ADMIN
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
`;

/**
 * What puts an agent on a node. `panelUrl`: how the node reaches the panel, without a slash at its end. The commands hold
 * the token, as the line does: they are for a root shell, and shown this once.
 */
export function agentEnrolment(panelUrl: string, token: string): AgentEnrolment {
  const url = new URL(panelUrl);
  url.username = token;
  const line = `XPERT_AGENT=${url.href.replace(/\/+$/, '')}`;
  const unitPath = '/etc/systemd/system/xpert-agent.service';
  const commands = [
    `install -d -m 755 /opt/xpert-agent && install -d -m 700 ${FOLDER}`,
    `printf '%s\\n' '${line}' > ${FOLDER}/agent.env && chmod 600 ${FOLDER}/agent.env`,
    `printf 'header = "Authorization: Bearer %s"\\n' '${token}' | curl -fsS --config - -o ${PROGRAM} '${panelUrl}/api/v1/agent/program'`,
    `cat > ${unitPath} <<'XPERT_AGENT'\n${AGENT_UNIT}XPERT_AGENT`,
    'systemctl daemon-reload && systemctl enable --now xpert-agent && systemctl restart xpert-agent',
  ];
  return { line, unit: AGENT_UNIT, commands };
}
