// Generated from openapi.json by scripts/panel-types.mjs; not to be edited.
export interface paths {
    readonly "/api/xpert/traffic-webhook": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Report traffic: one report, an array, or NDJSON */
        readonly post: operations["postApiXpertTrafficWebhook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/healthz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The process lives */
        readonly get: operations["getHealthz"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The ledger can be written */
        readonly get: operations["getReadyz"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Prometheus metrics */
        readonly get: operations["getMetrics"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** This description */
        readonly get: operations["getApiOpenapiJson"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/docs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** This description, for people */
        readonly get: operations["getApiDocs"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/session": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Who is logged in */
        readonly get: operations["getSession"];
        readonly put?: never;
        /** Log in */
        readonly post: operations["postSession"];
        /** Log out */
        readonly delete: operations["deleteSession"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/session/password": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Change the own password */
        readonly put: operations["putSessionPassword"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/session/two-factor": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Whether the own account asks for a code beside the password */
        readonly get: operations["getSessionTwoFactor"];
        /** Ask for a code from now on; ends the other sessions. A factor that is on is replaced */
        readonly put: operations["putSessionTwoFactor"];
        readonly post?: never;
        /** Ask for the password alone */
        readonly delete: operations["deleteSessionTwoFactor"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/session/two-factor/secret": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** A secret for an authenticator app; nothing is stored yet */
        readonly post: operations["postSessionTwoFactorSecret"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/session/two-factor/recovery-codes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** New recovery codes; those before stop working */
        readonly post: operations["postSessionTwoFactorRecoveryCodes"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/sessions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Where the own account is logged in */
        readonly get: operations["getSessions"];
        readonly put?: never;
        readonly post?: never;
        /** Log out everywhere else */
        readonly delete: operations["deleteSessions"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/admins/{id}/two-factor": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Take the second factor of an account away, for somebody who lost it */
        readonly delete: operations["deleteAdminsIdTwoFactor"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/setup": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Create the owner by the one-time link */
        readonly post: operations["postSetup"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/overview": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How it goes */
        readonly get: operations["getOverview"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/usage/series": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Usage over time; gaps are null, never 0 */
        readonly get: operations["getUsageSeries"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/usage/active-peers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Distinct peers that moved bytes, over time */
        readonly get: operations["getUsageActivePeers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/usage/summary": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Sums */
        readonly get: operations["getUsageSummary"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/usage/holders": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Users, unclaimed tokens and unclaimed peers by usage */
        readonly get: operations["getUsageHolders"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/usage/carriers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Where one user, token or peer used it */
        readonly get: operations["getUsageCarriers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/usage/top-carriers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The busiest server:port/protocol */
        readonly get: operations["getUsageTopCarriers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/export/usage": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** All usage per user, node, service and bucket, streamed: CSV or NDJSON, raw and billed bytes */
        readonly get: operations["getExportUsage"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/gaps": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Intervals without a complete reading */
        readonly get: operations["getGaps"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/quality": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How well every moment of a node is known */
        readonly get: operations["getNodesIdQuality"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}/quality": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How well every moment of a user is known */
        readonly get: operations["getUsersIdQuality"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/peers/{id}/quality": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How well every moment of a peer is known */
        readonly get: operations["getPeersIdQuality"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Server-sent events: "change" with the topics that changed, at most once a second */
        readonly get: operations["getEvents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/alerts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Alerts: what needs a look now, or what did; the latest first */
        readonly get: operations["getAlerts"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/alerts/counts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How many alerts are open */
        readonly get: operations["getAlertsCounts"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/alerts/{id}/acknowledged": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Say that somebody sees to it: it stays open and is not counted as waiting */
        readonly put: operations["putAlertsIdAcknowledged"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/alerts/{id}/muted": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Do not tell of what this alert is about, also when it comes again */
        readonly put: operations["putAlertsIdMuted"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/channels": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Channels: where alerts are told */
        readonly get: operations["getChannels"];
        readonly put?: never;
        /** Add a channel */
        readonly post: operations["postChannels"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/channels/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Remove a channel */
        readonly delete: operations["deleteChannelsId"];
        readonly options?: never;
        readonly head?: never;
        /** Change a channel; what is left out stays */
        readonly patch: operations["patchChannelsId"];
        readonly trace?: never;
    };
    readonly "/api/v1/channels/{id}/test": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Send a test message now; 502 says why it did not arrive */
        readonly post: operations["postChannelsIdTest"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** All nodes */
        readonly get: operations["getNodes"];
        readonly put?: never;
        /** Add a node; it is read at once */
        readonly post: operations["postNodes"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One node */
        readonly get: operations["getNodesId"];
        readonly put?: never;
        readonly post?: never;
        /** Remove a node; its history stays */
        readonly delete: operations["deleteNodesId"];
        readonly options?: never;
        readonly head?: never;
        /** Change a node */
        readonly patch: operations["patchNodesId"];
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/test": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Read a source once; counts and stores nothing */
        readonly post: operations["postNodesTest"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/test": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Read a node once without counting, as it is or with other options */
        readonly post: operations["postNodesIdTest"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/setup": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What to put on the node so that it lets itself be read and nothing more */
        readonly get: operations["getNodesIdSetup"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/poll": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Read and count a node now */
        readonly post: operations["postNodesIdPoll"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/poll": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Read and count all nodes now */
        readonly post: operations["postNodesPoll"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/services": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** VPN services and their health */
        readonly get: operations["getServices"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/services/{id}/health": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Health of a VPN service per day, and its latest changes */
        readonly get: operations["getServicesIdHealth"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/health": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Health of a node per day, and its latest changes */
        readonly get: operations["getNodesIdHealth"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/services/{id}/probe": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Set how the health of a VPN service is known; it is probed at once */
        readonly put: operations["putServicesIdProbe"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/services/{id}/probe/test": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Probe a VPN service once and store nothing */
        readonly post: operations["postServicesIdProbeTest"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/reconciliation": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Peers against the counters of interfaces and network card, and against what providers say, per day */
        readonly get: operations["getNodesIdReconciliation"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/provider-figures": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Enter what a provider says it carried for the node over whole days */
        readonly post: operations["postNodesIdProviderFigures"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/provider-figures/{figure}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Take back a provider's figure */
        readonly delete: operations["deleteNodesIdProviderFiguresFigure"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/budgets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What providers include for each node, what of it is used, and what it will come to */
        readonly get: operations["getBudgets"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/budget": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The same for one node; null: none was told */
        readonly get: operations["getNodesIdBudget"];
        /** Tell what the provider of a node includes */
        readonly put: operations["putNodesIdBudget"];
        readonly post?: never;
        /** Forget what the provider includes */
        readonly delete: operations["deleteNodesIdBudget"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/agent/position": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Up to where the readings of an agent are counted */
        readonly get: operations["getAgentPosition"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/agent/program": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The program of the agent: one file for Node.js */
        readonly get: operations["getAgentProgram"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/agent": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** What puts an agent on a node, with a new token; the one before ends */
        readonly post: operations["postNodesIdAgent"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/access": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Access on a node */
        readonly get: operations["getNodesIdAccess"];
        /** Let Xpert change access on a node, or not */
        readonly put: operations["putNodesIdAccess"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/access/preview": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Look at the node and say what would be changed now; changes nothing */
        readonly post: operations["postNodesIdAccessPreview"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/nodes/{id}/access/confirm": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Let the peers be cut that the fuse holds on a node */
        readonly post: operations["postNodesIdAccessConfirm"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}/access": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Why a user has access who is to have none */
        readonly get: operations["getUsersIdAccess"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/access": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Peers whose access is to be off, or that Xpert suspended */
        readonly get: operations["getAccess"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/access/state": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Whether access is changed at all, and what is held */
        readonly get: operations["getAccessState"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/access/pause": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Change access nowhere, until resumed */
        readonly post: operations["postAccessPause"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/access/resume": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Change access again */
        readonly post: operations["postAccessResume"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/access/fuse": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** How many peers may lose access in one pass without a person’s word */
        readonly put: operations["putAccessFuse"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/peers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Peers */
        readonly get: operations["getPeers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/peers/assign": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Give peers to users from an instant on, or take them back */
        readonly post: operations["postPeersAssign"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/peers/assign-automatically": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Give the unowned peers of a node to users, by their comments or one user each */
        readonly post: operations["postPeersAssignAutomatically"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/peers/successions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Peers that may continue an ended one: a regenerated key or a renamed account of the same user */
        readonly get: operations["getPeersSuccessions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/peers/{id}/binding": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Give a peer to another user from a past instant on, with what was counted since; undone as a correction is */
        readonly post: operations["postPeersIdBinding"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/bulk": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** The same for many users: suspend, resume, delete, entitle, tag, untag, top up */
        readonly post: operations["postUsersBulk"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/export": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** All users as CSV, with what they may use and what they used of it */
        readonly get: operations["getUsersExport"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/import": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Make users from CSV with the columns of the export, of which "name" alone is needed; all or none */
        readonly post: operations["postUsersImport"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/user-templates": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Templates to make users from */
        readonly get: operations["getUserTemplates"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/user-templates/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Make a template, or replace the one of that name; users made from it before stay as they are */
        readonly put: operations["putUserTemplatesName"];
        readonly post?: never;
        /** Remove a template */
        readonly delete: operations["deleteUserTemplatesName"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Users; "total" comes with the first page */
        readonly get: operations["getUsers"];
        readonly put?: never;
        /** Create a user; usage already reported under the token is claimed */
        readonly post: operations["postUsers"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One user */
        readonly get: operations["getUsersId"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a user; history stays */
        readonly delete: operations["deleteUsersId"];
        readonly options?: never;
        readonly head?: never;
        /** Change a user */
        readonly patch: operations["patchUsersId"];
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}/rotate-token": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Give a new user_token; the old one stays an alias of this user */
        readonly post: operations["postUsersIdRotateToken"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/plans": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Plans: quotas, cycles and times that users may have */
        readonly get: operations["getPlans"];
        readonly put?: never;
        /** Make a plan */
        readonly post: operations["postPlans"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/plans/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One plan, by id or name */
        readonly get: operations["getPlansId"];
        readonly put?: never;
        readonly post?: never;
        /** Remove a plan that nobody has */
        readonly delete: operations["deletePlansId"];
        readonly options?: never;
        readonly head?: never;
        /** Change a plan: the new terms hold for all who have it */
        readonly patch: operations["patchPlansId"];
        readonly trace?: never;
    };
    readonly "/api/v1/plans/preview": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** What terms would do now to these users, or to all: who would be cut off */
        readonly post: operations["postPlansPreview"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}/entitlement": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What a user may use, and how that stands; null: everything */
        readonly get: operations["getUsersIdEntitlement"];
        /** Give a user a plan or terms; "plan": null takes them away. What is absent stays */
        readonly put: operations["putUsersIdEntitlement"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}/top-ups": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Top-ups of a user, the latest first */
        readonly get: operations["getUsersIdTopUps"];
        readonly put?: never;
        /** Add bytes to a quota of a user, for the running cycle */
        readonly post: operations["postUsersIdTopUps"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/top-ups/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Undo a top-up */
        readonly delete: operations["deleteTopUpsId"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}/state-changes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How the state of a user changed, the latest first */
        readonly get: operations["getUsersIdStateChanges"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/settings/trusted-servers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Servers whose unsigned reports may limit users */
        readonly get: operations["getSettingsTrustedServers"];
        /** Set them */
        readonly put: operations["putSettingsTrustedServers"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/links": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What subscriptions give out, in its order; without secrets */
        readonly get: operations["getLinks"];
        readonly put?: never;
        /** Give a configuration, or a subscription of somebody else, to a user or to all */
        readonly post: operations["postLinks"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/links/test": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** What is behind a link; nothing is given out */
        readonly post: operations["postLinksTest"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/links/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Give it out no more */
        readonly delete: operations["deleteLinksId"];
        readonly options?: never;
        readonly head?: never;
        /** Another name, another link in its place, or for somebody else. What is absent stays */
        readonly patch: operations["patchLinksId"];
        readonly trace?: never;
    };
    readonly "/api/v1/links/{id}/fetch": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Ask somebody else’s subscription now, however fresh its copy is */
        readonly post: operations["postLinksIdFetch"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}/link": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Addresses of a user, and who fetched */
        readonly get: operations["getUsersIdLink"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}/link/entries": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What the subscription of a user holds, in its order; without secrets */
        readonly get: operations["getUsersIdLinkEntries"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}/rotate-link": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** New addresses for a user; the old ones answer 404 from now on */
        readonly post: operations["postUsersIdRotateLink"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}/cycles": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A user's last cycles with what was used in each, and when the running one ends */
        readonly get: operations["getUsersIdCycles"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/users/{id}/statement": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One cycle of one user: a page to be printed, or JSON */
        readonly get: operations["getUsersIdStatement"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/unclaimed": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Usage that belongs to nobody yet */
        readonly get: operations["getUnclaimed"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/resets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Reset marks */
        readonly get: operations["getResets"];
        readonly put?: never;
        /** Set a reset mark */
        readonly post: operations["postResets"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/resets/preview": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** What a reset would do to shown usage */
        readonly post: operations["postResetsPreview"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/resets/{id}/undo-preview": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What undoing a reset mark would do to shown usage */
        readonly get: operations["getResetsIdUndoPreview"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/resets/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Undo a reset mark: shown usage is old plus new */
        readonly delete: operations["deleteResetsId"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/scheduled-resets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Planned resets */
        readonly get: operations["getScheduledResets"];
        readonly put?: never;
        /** Plan a reset for an instant to come */
        readonly post: operations["postScheduledResets"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/scheduled-resets/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Cancel a planned reset */
        readonly delete: operations["deleteScheduledResetsId"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/billing-rules": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Rules by which counted bytes are billed, the latest first */
        readonly get: operations["getBillingRules"];
        readonly put?: never;
        /** Set a rule; it holds from the next quarter of an hour on, or later */
        readonly post: operations["postBillingRules"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/billing-rules/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Take back a rule that has not begun */
        readonly delete: operations["deleteBillingRulesId"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/corrections": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Corrections, decisions and rebindings, newest first */
        readonly get: operations["getCorrections"];
        readonly put?: never;
        /** Add bytes to what was booked, or take some, as an entry that can be undone */
        readonly post: operations["postCorrections"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/corrections/{id}/undo": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Undo an entry by its opposite */
        readonly post: operations["postCorrectionsIdUndo"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/quarantine": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Implausible reports and readings: kept, not counted */
        readonly get: operations["getQuarantine"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/baselines": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What counters already showed where counting began, and may have been traffic */
        readonly get: operations["getBaselines"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/quarantine/{id}/decision": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Book what was set aside, or dismiss it; once, and it can be undone */
        readonly post: operations["postQuarantineIdDecision"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/baselines/{id}/decision": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Book what was set aside, or dismiss it; once, and it can be undone */
        readonly post: operations["postBaselinesIdDecision"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/database": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Size and growth */
        readonly get: operations["getDatabase"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/handover": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Let go of the ledger until a move of it has ended */
        readonly post: operations["postHandover"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/cleanup": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The cleanup that runs, or else the last one since the start */
        readonly get: operations["getCleanup"];
        readonly put?: never;
        /** Begin to remove 15-minute records older than so many days; usage, totals and days stay */
        readonly post: operations["postCleanup"];
        /** Cancel the running cleanup; what is gone stays gone */
        readonly delete: operations["deleteCleanup"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/history/rebuild": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The comparison of history that runs, or else the last one since the start */
        readonly get: operations["getHistoryRebuild"];
        readonly put?: never;
        /** Begin to compare days with their mirror in ClickHouse, row by row, and make anew what differs */
        readonly post: operations["postHistoryRebuild"];
        /** Cancel the running comparison of history; what was made anew stays so */
        readonly delete: operations["deleteHistoryRebuild"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/backups": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Backups, newest first */
        readonly get: operations["getBackups"];
        readonly put?: never;
        /** Write a verified copy of the ledger while work goes on */
        readonly post: operations["postBackups"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/backups/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The file of a backup */
        readonly get: operations["getBackupsName"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/settings/backup": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Automatic backups: every so many hours, so many stay */
        readonly put: operations["putSettingsBackup"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/settings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Settings as they hold now */
        readonly get: operations["getSettings"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/settings/tracking": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Switch tracking; on again means new baselines */
        readonly put: operations["putSettingsTracking"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/settings/retention": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** How many days 15-minute records are kept; 0 = for ever */
        readonly put: operations["putSettingsRetention"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/settings/time-zone": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Time zone of days and billing cycles, from the next midnight on; days before stay as they were */
        readonly put: operations["putSettingsTimeZone"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/settings/cycle": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Billing cycle where no other is asked for */
        readonly put: operations["putSettingsCycle"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/doctor": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What is wrong, and what to do about it */
        readonly get: operations["getDoctor"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/imports/vpnservice": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Import nodes, users and peers from the files of the vpnservice bot (only over the local socket) */
        readonly post: operations["postImportsVpnservice"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/imports/vpnservice/texts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** The same from the texts of the files */
        readonly post: operations["postImportsVpnserviceTexts"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/audit": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Who did what, newest first */
        readonly get: operations["getAudit"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/admins": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** All accounts */
        readonly get: operations["getAdmins"];
        readonly put?: never;
        /** Create an account */
        readonly post: operations["postAdmins"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/admins/{id}/password": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Set a password; ends the sessions of that account */
        readonly put: operations["putAdminsIdPassword"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/admins/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Disable or enable an account, with its sessions and tokens */
        readonly patch: operations["patchAdminsId"];
        readonly trace?: never;
    };
    readonly "/api/v1/admins/{id}/limit": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What all users of a reseller may use together, and how far it is used up; null: there is no limit */
        readonly get: operations["getAdminsIdLimit"];
        /** Limit what all users of a reseller may use together */
        readonly put: operations["putAdminsIdLimit"];
        readonly post?: never;
        /** Take the limit away */
        readonly delete: operations["deleteAdminsIdLimit"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/tokens": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** API tokens */
        readonly get: operations["getTokens"];
        readonly put?: never;
        /** Make a token; it is shown this once */
        readonly post: operations["postTokens"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/tokens/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Revoke a token; it fails from this moment on */
        readonly delete: operations["deleteTokensId"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/xpert/traffic-stats/global": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Everything together */
        readonly get: operations["getApiXpertTrafficStatsGlobal"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/xpert/marzban-traffic-stats": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Everything together, as the panel integration of the original asks for it */
        readonly get: operations["getApiXpertMarzbanTrafficStats"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/xpert/traffic-stats/{user_token}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One user by token, or an unclaimed token */
        readonly get: operations["getApiXpertTrafficStatsUserToken"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/xpert/traffic-stats/server/{server}/{port}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One server:port with its days */
        readonly get: operations["getApiXpertTrafficStatsServerServerPort"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/xpert/traffic-stats/database/info": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What the database holds */
        readonly get: operations["getApiXpertTrafficStatsDatabaseInfo"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/xpert/traffic-stats/cleanup": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Remove 15-minute records older than so many days; usage, totals and days stay */
        readonly post: operations["postApiXpertTrafficStatsCleanup"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/xpert/traffic-stats/reset": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Reset All: a mark that can be undone */
        readonly post: operations["postApiXpertTrafficStatsReset"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/xpert/traffic-stats/reset/{reset_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Undo a reset: shown usage is old plus new */
        readonly delete: operations["deleteApiXpertTrafficStatsResetResetId"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/admin/usage/{username}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** All bytes of an admin’s users, or of a user */
        readonly get: operations["getApiAdminUsageUsername"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/admin/usage/{username}/detailed": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The same in parts; totals count from the last reset mark, external traffic over the last days */
        readonly get: operations["getApiAdminUsageUsernameDetailed"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/admin/external-traffic/stats/{username}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What foreign servers reported for an admin’s users, or for a user */
        readonly get: operations["getApiAdminExternalTrafficStatsUsername"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/admin/usage/reset/{username}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Reset panel and external usage of one admin’s users, or of a user; a mark that can be undone */
        readonly post: operations["postApiAdminUsageResetUsername"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/admin/external-traffic/reset/{username}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Reset only what foreign servers reported for one admin’s users, or for a user */
        readonly post: operations["postApiAdminExternalTrafficResetUsername"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/servers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Nodes by id */
        readonly get: operations["getApiServers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/services": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** VPN services */
        readonly get: operations["getApiServices"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/stats": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How many of what */
        readonly get: operations["getApiStats"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/users": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Users with their peers */
        readonly get: operations["getApiUsers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/traffic": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Totals metered since we watch, per peer and per user */
        readonly get: operations["getApiTraffic"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/xpert/sub": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Subscription of a user */
        readonly get: operations["getApiXpertSub"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/xpert/direct-configs/sub": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The same under the address that the original had for direct configurations */
        readonly get: operations["getApiXpertDirectConfigsSub"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/agent/readings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Bring readings of a node; the body may be packed (Content-Encoding: gzip) */
        readonly post: operations["postAgentReadings"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly Report: {
            /** @description Whose traffic it is. */
            readonly user_token: string;
            readonly server: string;
            readonly port: number;
            readonly protocol: string;
            readonly bytes_uploaded?: number;
            readonly bytes_downloaded?: number;
            /** @description Makes the report count once, however often it is sent. */
            readonly event_id?: string;
            /**
             * @default delta
             * @enum {string}
             */
            readonly mode: "delta" | "cumulative";
            /** @description Names a cumulative counter, which starts at 0. */
            readonly stream?: string;
            /** Format: date-time */
            readonly period_start?: string;
            /** Format: date-time */
            readonly period_end?: string;
        };
        readonly Who: {
            readonly id: string;
            readonly name: string;
            /** @enum {string} */
            readonly role: "owner" | "reseller" | "viewer";
        };
        readonly Session: {
            readonly admin: components["schemas"]["Who"] | null;
            readonly setupNeeded: boolean;
            readonly version: string;
            readonly timeZone: string;
            readonly trackingEnabled: boolean;
            /** @description States of nodes and services are shown without login. */
            readonly publicSummary: boolean;
        };
        readonly Traffic: {
            /** @description Bytes, exact; null where the source does not tell the direction. */
            readonly rxBytes: (number | bigint) | null;
            /** @description Bytes, exact; null where the source does not tell the direction. */
            readonly txBytes: (number | bigint) | null;
            /** @description Bytes, exact. */
            readonly totalBytes: number | bigint;
            /** @description Bytes, exact: what is billed; the total, unless a node has a multiplier or a direction rule. */
            readonly billedBytes: number | bigint;
        };
        readonly SystemNotice: {
            readonly code: string;
            /** @enum {string} */
            readonly severity: "warning" | "error";
            readonly message: string;
            readonly hint: string | null;
            readonly nodeId: string | null;
            readonly nodeName: string | null;
            /** Format: date-time */
            readonly since: string | null;
        };
        readonly Holder: {
            readonly userId: string | null;
            readonly userToken: string | null;
            readonly peerId: string | null;
            readonly name: string;
            /** @description The user was deleted; of a peer without one: it is gone, or its node was deleted. The usage stays. */
            readonly deleted: boolean;
            readonly unclaimed: boolean;
            readonly traffic: components["schemas"]["Traffic"];
            readonly connections: number;
            readonly servers: number;
            /** Format: date-time */
            readonly lastUsedAt: string | null;
        };
        readonly Overview: {
            /** Format: date-time */
            readonly asOf: string;
            readonly now: {
                readonly rxBitsPerSecond: number;
                readonly txBitsPerSecond: number;
                readonly missingNodes: readonly string[];
            } | null;
            readonly today: {
                /** @description Bytes, exact; null where the source does not tell the direction. */
                readonly rxBytes: (number | bigint) | null;
                /** @description Bytes, exact; null where the source does not tell the direction. */
                readonly txBytes: (number | bigint) | null;
                /** @description Bytes, exact. */
                readonly totalBytes: number | bigint;
                /** @description Bytes, exact: what is billed; the total, unless a node has a multiplier or a direction rule. */
                readonly billedBytes: number | bigint;
                /** Format: date-time */
                readonly from: string;
                /** Format: date-time */
                readonly to: string;
                readonly partial: boolean;
            };
            readonly last30Days: {
                /** @description Bytes, exact; null where the source does not tell the direction. */
                readonly rxBytes: (number | bigint) | null;
                /** @description Bytes, exact; null where the source does not tell the direction. */
                readonly txBytes: (number | bigint) | null;
                /** @description Bytes, exact. */
                readonly totalBytes: number | bigint;
                /** @description Bytes, exact: what is billed; the total, unless a node has a multiplier or a direction rule. */
                readonly billedBytes: number | bigint;
                /** Format: date-time */
                readonly from: string;
                /** Format: date-time */
                readonly to: string;
            };
            readonly cycle: {
                /** @description Bytes, exact; null where the source does not tell the direction. */
                readonly rxBytes: (number | bigint) | null;
                /** @description Bytes, exact; null where the source does not tell the direction. */
                readonly txBytes: (number | bigint) | null;
                /** @description Bytes, exact. */
                readonly totalBytes: number | bigint;
                /** @description Bytes, exact: what is billed; the total, unless a node has a multiplier or a direction rule. */
                readonly billedBytes: number | bigint;
                /** Format: date-time */
                readonly from: string;
                /** Format: date-time */
                readonly to: string;
                /** @description Bytes, exact; null where the source does not tell the direction. */
                readonly forecastBytes: (number | bigint) | null;
            } | null;
            readonly sameTimeLastWeek: components["schemas"]["Traffic"] | null;
            readonly online: {
                readonly peers: number;
                readonly of: number;
            };
            readonly users: {
                readonly total: number;
                readonly active: number;
            };
            readonly nodes: {
                readonly total: number;
                readonly up: number;
                readonly degraded: number;
                readonly down: number;
                readonly unknown: number;
            };
            readonly unclaimed: {
                /** @description Bytes, exact; null where the source does not tell the direction. */
                readonly rxBytes: (number | bigint) | null;
                /** @description Bytes, exact; null where the source does not tell the direction. */
                readonly txBytes: (number | bigint) | null;
                /** @description Bytes, exact. */
                readonly totalBytes: number | bigint;
                /** @description Bytes, exact: what is billed; the total, unless a node has a multiplier or a direction rule. */
                readonly billedBytes: number | bigint;
                readonly tokens: number;
                readonly peers: number;
            };
            readonly tracking: {
                readonly enabled: boolean;
                /** Format: date-time */
                readonly since: string;
            };
            readonly notices: readonly components["schemas"]["SystemNotice"][];
            readonly topUsers: readonly components["schemas"]["Holder"][];
            readonly spark: {
                readonly from: readonly string[];
                readonly totalBytes: readonly ((number | bigint) | null)[];
            };
            readonly onlineSpark: {
                readonly from: readonly string[];
                readonly active: readonly (number | null)[];
            };
        };
        /**
         * @description How well an interval is known; the worst word that holds.
         * @enum {string}
         */
        readonly Quality: "gap" | "tracking-off" | "possible-loss" | "clock-suspect" | "estimated" | "late" | "measured";
        readonly Gap: {
            readonly nodeId: string;
            readonly nodeName: string | null;
            /** Format: date-time */
            readonly from: string;
            /** Format: date-time */
            readonly to: string | null;
            readonly reason: string;
            readonly code: string | null;
            readonly message: string;
        };
        readonly Series: {
            readonly bucketSeconds: number;
            /** @description Start of each bucket. */
            readonly from: readonly string[];
            readonly series: readonly {
                readonly id: string;
                readonly name: string;
                /** @description The node or user was deleted; the usage stays. */
                readonly deleted: boolean;
                readonly rxBytes: readonly ((number | bigint) | null)[];
                readonly txBytes: readonly ((number | bigint) | null)[];
                /** @description null: nothing is known of this bucket. */
                readonly totalBytes: readonly ((number | bigint) | null)[];
                /** @description What is billed for them; null as above. */
                readonly billedBytes: readonly ((number | bigint) | null)[];
                readonly flags: readonly number[];
                readonly quality: readonly components["schemas"]["Quality"][];
            }[];
            readonly gaps: readonly components["schemas"]["Gap"][];
            readonly marks: readonly {
                /** Format: date-time */
                readonly at: string;
                readonly kind: string;
                readonly label: string;
            }[];
        };
        readonly Summary: {
            /** @description Distinct users and unclaimed tokens and peers with bytes. */
            readonly users: number;
            readonly servers: number;
            readonly protocols: number;
            /** @description (user, server, port) that carried bytes in an hour. */
            readonly connections: number;
            readonly traffic: components["schemas"]["Traffic"];
            readonly unclaimed: components["schemas"]["Traffic"];
            /** Format: date-time */
            readonly from: string;
            /** Format: date-time */
            readonly to: string;
        };
        readonly Carrier: {
            readonly server: string;
            readonly port: number;
            readonly protocol: string;
            readonly nodeId: string | null;
            readonly serviceId: string | null;
            /** @description The node was deleted; the usage stays. */
            readonly deleted: boolean;
            readonly traffic: components["schemas"]["Traffic"];
            readonly connections: number;
            /** Format: date-time */
            readonly lastUsedAt: string;
        };
        readonly QualityTimeline: {
            /** Format: date-time */
            readonly from: string;
            /** Format: date-time */
            readonly to: string;
            /** @description Without holes or overlaps, up to now. */
            readonly items: readonly {
                /** Format: date-time */
                readonly from: string;
                /** Format: date-time */
                readonly to: string;
                readonly quality: components["schemas"]["Quality"];
                readonly reasons: readonly string[];
                readonly nodeIds: readonly string[];
            }[];
        };
        readonly Alert: {
            readonly id: string;
            /** @enum {string} */
            readonly kind: "nodes" | "services" | "counters" | "clock" | "users" | "access" | "unclaimed" | "backup" | "disk" | "budget" | "setup";
            /** @description What is told, for example node-down or user-limited. */
            readonly topic: string;
            readonly code: string;
            /** @enum {string} */
            readonly severity: "info" | "warning" | "error";
            readonly message: string;
            readonly hint: string | null;
            readonly node: {
                readonly id: string;
                readonly name: string | null;
            } | null;
            readonly serviceId: string | null;
            readonly user: {
                readonly id: string;
                readonly name: string | null;
            } | null;
            /** Format: date-time */
            readonly openedAt: string;
            /** Format: date-time */
            readonly endedAt: string | null;
            readonly acknowledged: {
                /** Format: date-time */
                readonly at: string;
                readonly by: string | null;
            } | null;
            readonly muted: {
                /** Format: date-time */
                readonly until: string | null;
            } | null;
        };
        readonly ChannelRules: {
            /** @enum {string} */
            readonly language: "en" | "ru" | "fa" | "zh";
            /** @enum {string} */
            readonly minSeverity: "info" | "warning" | "error";
            readonly kinds: readonly ("nodes" | "services" | "counters" | "clock" | "users" | "access" | "unclaimed" | "backup" | "disk" | "budget" | "setup")[] | null;
            readonly quiet: {
                /** @description Minutes after midnight of the panel's zone. */
                readonly fromMinute: number;
                /** @description Minutes after midnight of the panel's zone. */
                readonly toMinute: number;
            } | null;
            /** @description Messages name users. */
            readonly namesUsers: boolean;
        };
        readonly Notice: {
            readonly code: string;
            readonly message: string;
            readonly hint: string | null;
            /** @description VPN service on the node that it is about; absent: the node itself */
            readonly about?: string;
        };
        readonly Channel: {
            readonly id: string;
            readonly name: string;
            readonly kind: string;
            readonly where: string;
            /** @description Without secrets. */
            readonly options: {
                readonly [key: string]: unknown;
            };
            /** @description lost: to be entered again. They are never shown. */
            readonly secrets: {
                readonly [key: string]: "set" | "not-set" | "lost";
            };
            readonly rules: components["schemas"]["ChannelRules"];
            readonly enabled: boolean;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly deliveredAt: string | null;
            readonly failures: number;
            /** Format: date-time */
            readonly retryAt: string | null;
            readonly problem: components["schemas"]["Notice"] | null;
            /** @description Events that wait to be delivered. */
            readonly waiting: number;
            /** @description Events that were given up after three days. */
            readonly dropped: number;
        };
        readonly NodeNotice: {
            readonly code: string;
            readonly message: string;
            readonly hint: string | null;
            /** @description VPN service on the node that it is about; absent: the node itself */
            readonly about?: string;
            /** @description Worth knowing; the node is not degraded for it. */
            readonly isInfo: boolean;
        };
        readonly Node: {
            readonly id: string;
            /** @description The server_id of the seeds; fixed at creation. */
            readonly slug: string;
            readonly name: string;
            readonly description: string;
            readonly kind: string;
            /** @description Without secrets. */
            readonly options: {
                readonly [key: string]: unknown;
            };
            /** @description Passwords and tokens of its kind; lost: to be entered again. They are never shown. */
            readonly secrets: {
                readonly [key: string]: "set" | "not-set" | "lost";
            };
            readonly pollIntervalSeconds: number;
            /** @enum {string} */
            readonly opening: "baseline" | "count";
            /** @enum {string} */
            readonly usersPolicy: "from-comments" | "per-peer" | "none";
            /** Format: date-time */
            readonly createdAt: string;
            /** @enum {string} */
            readonly state: "up" | "degraded" | "down" | "error" | "unknown";
            /** @enum {string} */
            readonly status: "online" | "offline" | "error" | "unknown";
            readonly reason: components["schemas"]["Notice"] | null;
            readonly notices: readonly components["schemas"]["NodeNotice"][];
            readonly linkMbit: number | null;
            /** @description Groups of nodes: quotas may be of them. */
            readonly tags: readonly string[];
            readonly clockSkewMs: number | null;
            /** Format: date-time */
            readonly silentSince: string | null;
            /** Format: date-time */
            readonly lastPollAt: string | null;
            /** Format: date-time */
            readonly lastCompleteAt: string | null;
            readonly lastPollDurationMs: number | null;
            readonly failures: number;
            readonly peers: {
                readonly total: number;
                readonly online: number;
            };
            readonly rxBitsPerSecond: number | null;
            readonly txBitsPerSecond: number | null;
            readonly today: components["schemas"]["Traffic"];
            readonly beforeXpert: components["schemas"]["Traffic"] | null;
            /** Format: date-time */
            readonly countingSince: string;
            readonly services: readonly {
                readonly id: string;
                readonly kind: string;
                readonly name: string;
                readonly listenPort: number | null;
                readonly publicKey: string;
                readonly peers: number;
                readonly online: number;
                /** Format: date-time */
                readonly lastCompleteAt: string | null;
                /** Format: date-time */
                readonly silentSince: string | null;
            }[];
            readonly agent: {
                /** @enum {string} */
                readonly state: "counting" | "standby";
                /** Format: date-time */
                readonly seenAt: string;
                readonly address: string;
                readonly version: string;
            } | null;
            readonly openGap: {
                /** Format: date-time */
                readonly from: string;
                readonly reason: string;
                readonly message: string;
            } | null;
        };
        readonly NodeSetup: {
            readonly wrapper: {
                readonly path: string;
                readonly content: string;
            } | null;
            readonly authorizedKeys: string;
            readonly commands: readonly string[];
        };
        readonly NodeTest: {
            readonly ok: boolean;
            readonly durationMs: number;
            readonly found: {
                readonly services: readonly {
                    readonly kind: string;
                    readonly name: string;
                    readonly listenPort: number | null;
                    readonly peers: number;
                }[];
                readonly peers: number;
                readonly bytes: components["schemas"]["Traffic"];
                readonly version: string | null;
                readonly notes: readonly components["schemas"]["Notice"][];
            } | null;
            readonly problems: readonly {
                readonly code: string;
                readonly message: string;
                readonly hint: string | null;
                readonly commands: readonly string[];
            }[];
            readonly setup: components["schemas"]["NodeSetup"] | null;
            readonly hostKey: string | null;
            /** @description The way to the counters: the name of the host, its port, then logging in and reading. */
            readonly steps: readonly {
                /** @enum {string} */
                readonly step: "name" | "port" | "read";
                /** @enum {string} */
                readonly outcome: "done" | "failed" | "not-tried";
                readonly detail: string | null;
                readonly reason: components["schemas"]["Notice"] | null;
                readonly durationMs: number | null;
            }[];
        };
        readonly Probe: {
            /** @enum {string} */
            readonly kind: "polls" | "tls" | "tcp" | "ping";
            readonly host: string | null;
            readonly port: number | null;
            readonly serverName: string | null;
            readonly anyCertificate: boolean;
            readonly privateAddresses: boolean;
            readonly intervalSeconds: number;
        };
        readonly Service: {
            readonly id: string;
            readonly nodeId: string;
            readonly nodeName: string;
            readonly kind: string;
            readonly name: string;
            readonly listenPort: number | null;
            readonly peers: number;
            readonly online: number;
            /** @enum {string} */
            readonly state: "up" | "degraded" | "down" | "unknown";
            readonly reason: components["schemas"]["Notice"] | null;
            /** Format: date-time */
            readonly since: string | null;
            /** Format: date-time */
            readonly checkedAt: string | null;
            readonly latencyMs: number | null;
            readonly probe: components["schemas"]["Probe"];
            /** @description False: the probe is a guess. */
            readonly isProbeSet: boolean;
            /** @description Share of the known time in which clients could connect; null if nothing is known. */
            readonly uptime: number | null;
        };
        readonly RawTraffic: {
            /** @description Bytes, exact; null where the source does not tell the direction. */
            readonly rxBytes: (number | bigint) | null;
            /** @description Bytes, exact; null where the source does not tell the direction. */
            readonly txBytes: (number | bigint) | null;
            /** @description Bytes, exact. */
            readonly totalBytes: number | bigint;
        };
        readonly Reconciled: {
            /** @enum {string} */
            readonly kind: "service" | "card";
            readonly serviceId: string | null;
            readonly name: string | null;
            /** @enum {string} */
            readonly status: "ok" | "off" | "unknown";
            /** @description What the interface, inbound or network card counted itself; null: not told, which is not 0. */
            readonly counter: components["schemas"]["RawTraffic"] | null;
            readonly peers: components["schemas"]["RawTraffic"] | null;
            /** @description Peers of a service: at least so much, with the headers that only they count. */
            readonly expectedLeast: components["schemas"]["RawTraffic"] | null;
            readonly expectedMost: components["schemas"]["RawTraffic"] | null;
            /** @description Bytes that the counter carried and no peer accounts for. */
            readonly unattributed: components["schemas"]["RawTraffic"] | null;
            /** @description Bytes that peers account for and the counter cannot have carried. */
            readonly surplus: components["schemas"]["RawTraffic"] | null;
            /** @description Bytes, exact. */
            readonly toleranceBytes: number | bigint;
            /** @description Time for which both sides are known. */
            readonly seconds: number;
        };
        readonly ProviderFigure: {
            readonly id: string;
            /** Format: date */
            readonly firstDay: string;
            /** Format: date */
            readonly lastDay: string;
            /** @enum {string} */
            readonly direction: "in" | "out" | "both";
            /** @description Bytes, exact. */
            readonly bytes: number | bigint;
            readonly note: string;
            /** Format: date-time */
            readonly at: string;
            /** @enum {string} */
            readonly status: "ok" | "off" | "unknown";
            /** @description Bytes, exact; null while unknown. */
            readonly cardBytes: (number | bigint) | null;
            /** @description Bytes, exact; null while unknown. */
            readonly differenceBytes: (number | bigint) | null;
            /** @description Bytes, exact. */
            readonly toleranceBytes: number | bigint;
            /** @description Share of the period for which the card is known, 0 to 1. */
            readonly coverage: number;
        };
        readonly Reconciliation: {
            readonly nodeId: string;
            /** Format: date */
            readonly firstDay: string;
            /** Format: date */
            readonly lastDay: string;
            readonly days: readonly {
                /** Format: date */
                readonly date: string;
                readonly counters: readonly components["schemas"]["Reconciled"][];
            }[];
            readonly sums: readonly components["schemas"]["Reconciled"][];
            readonly providerFigures: readonly components["schemas"]["ProviderFigure"][];
        };
        readonly ProviderBudget: {
            readonly nodeId: string;
            readonly nodeName: string;
            /** @description Bytes, exact. */
            readonly bytes: number | bigint;
            readonly cycle: string;
            /**
             * @description What the provider counts at the network card; max: the larger direction of the cycle.
             * @enum {string}
             */
            readonly direction: "in" | "out" | "both" | "max";
            readonly pricePerTb: number | null;
            readonly currency: string | null;
            /** Format: date-time */
            readonly from: string;
            /** Format: date-time */
            readonly to: string;
            /**
             * Format: date-time
             * @description Later than "from" if the node was added since.
             */
            readonly countsFrom: string;
            readonly source: ("card" | "services" | "both") | null;
            /** @description Days of which the card was read in part alone: then the larger of card and services is taken. */
            readonly incompleteDays: number;
            /** @description Bytes, exact. */
            readonly inBytes: number | bigint;
            /** @description Bytes, exact. */
            readonly outBytes: number | bigint;
            /** @description Bytes, exact. */
            readonly usedBytes: number | bigint;
            readonly percent: number;
            /** @description Used at the end of the cycle if it goes on like this; null: too early to tell. */
            readonly forecastBytes: number | null;
            /** @description What lies beyond the budget then. */
            readonly extraBytes: number;
            /** @description Of that, in "currency". */
            readonly extraCost: number | null;
        };
        readonly AgentPosition: {
            readonly nodeId: string;
            readonly nodeName: string;
            /** @description Last reading that was taken; 0 = none. Go on (or send again) after it. */
            readonly sequence: number;
            /** @enum {string} */
            readonly state: "counting" | "standby";
            readonly reason: string | null;
            /** @description How often the node is to be read. */
            readonly intervalSeconds: number;
            /** @description What readings that begin from here on are to bear. */
            readonly trackingPeriod: number;
        };
        readonly AgentEnrolment: {
            /** @description The one line of configuration; holds the token, shown this once. */
            readonly line: string;
            /** @description systemd unit */
            readonly unit: string;
            /** @description All of it for a root shell on the node. */
            readonly commands: readonly string[];
        };
        readonly NodeAccess: {
            readonly nodeId: string;
            /** @enum {string} */
            readonly mode: "read-only" | "enforce";
            /** @description Read-only, but for peers that were not there when everything was to be given back. */
            readonly givingBack: boolean;
            readonly can: {
                /** @description Of the words below, in any language. */
                readonly code: string;
                /** @description What suspending is there. */
                readonly means: string;
                /** @enum {string} */
                readonly liveSessions: "cut" | "stay" | "delayed";
                readonly caveats: readonly string[];
            } | null;
            readonly cannot: {
                readonly code: string;
                readonly message: string;
                readonly hint: string | null;
            } | null;
            /** @description Peers whose access is to be off and is not yet. */
            readonly waiting: number;
            readonly suspended: number;
            readonly failing: number;
            readonly problem: {
                readonly code: string;
                readonly message: string;
                readonly hint: string | null;
                /** Format: date-time */
                readonly retryAt: string;
            } | null;
            readonly fuse: {
                /** @description Peers that are held. */
                readonly cuts: number;
                /** @description So many may be cut without a person’s word. */
                readonly allowed: number;
                /** Format: date-time */
                readonly since: string;
            } | null;
        };
        readonly AccessPreview: {
            readonly suspend: readonly {
                readonly peerId: string;
                readonly key: string;
                readonly name: string | null;
                readonly service: string;
                readonly userId: string | null;
                readonly userName: string | null;
                /** @description Why access is to be off: the state of the user, or source-limit: the limit of the source itself is reached by all that the user moved. null: it may be on. */
                readonly reason: string | null;
            }[];
            readonly restore: readonly {
                readonly peerId: string;
                readonly key: string;
                readonly name: string | null;
                readonly service: string;
                readonly userId: string | null;
                readonly userName: string | null;
                /** @description Why access is to be off: the state of the user, or source-limit: the limit of the source itself is reached by all that the user moved. null: it may be on. */
                readonly reason: string | null;
            }[];
            readonly left: readonly {
                readonly peerId: string;
                readonly key: string;
                readonly name: string | null;
                readonly service: string;
                readonly userId: string | null;
                readonly userName: string | null;
                /** @description Why access is to be off: the state of the user, or source-limit: the limit of the source itself is reached by all that the user moved. null: it may be on. */
                readonly reason: string | null;
                readonly why: {
                    readonly code: string;
                    readonly message: string;
                    readonly hint: string | null;
                };
            }[];
            /** @description More would blow the fuse. */
            readonly allowed: number;
        };
        readonly UserAccess: {
            /** @enum {string} */
            readonly state: "active" | "on-hold" | "limited" | "expired" | "suspended" | "deleted";
            /** @description Quotas that would be used up if unsigned reports of servers that are not trusted counted. */
            readonly usedUpByUnsignedReports: readonly string[];
            /** @description Peers that have access, or something of it, although it is to be off; and why. */
            readonly stays: readonly {
                readonly peerId: string;
                readonly key: string;
                readonly name: string | null;
                readonly service: string;
                readonly userId: string | null;
                readonly userName: string | null;
                /** @description Why access is to be off: the state of the user, or source-limit: the limit of the source itself is reached by all that the user moved. null: it may be on. */
                readonly reason: string | null;
                readonly nodeId: string;
                readonly nodeName: string;
                /** @enum {string} */
                readonly code: "held-by-fuse" | "node-read-only" | "cannot-enforce" | "access-paused" | "access-failing" | "next-reading" | "open-connections-stay";
                readonly message: string;
                readonly hint: string | null;
            }[];
        };
        readonly AccessItem: {
            readonly peerId: string;
            readonly key: string;
            readonly name: string | null;
            readonly service: string;
            readonly userId: string | null;
            readonly userName: string | null;
            /** @description Why access is to be off: the state of the user, or source-limit: the limit of the source itself is reached by all that the user moved. null: it may be on. */
            readonly reason: string | null;
            readonly nodeId: string;
            readonly nodeName: string;
            /** @enum {string} */
            readonly mode: "read-only" | "enforce";
            /** @enum {string} */
            readonly state: "waiting" | "held" | "suspending" | "suspended" | "off-by-others" | "returning" | "left";
            /** Format: date-time */
            readonly wantedAt: string | null;
            /** Format: date-time */
            readonly appliedAt: string | null;
            /** @description Bytes, exact. */
            readonly overshootBytes: number | bigint;
            /** @description Bytes, exact. */
            readonly droppedBytes: number | bigint;
            readonly failures: number;
            /** Format: date-time */
            readonly retryAt: string | null;
            readonly problem: {
                readonly code: string;
                readonly message: string;
                readonly hint: string | null;
            } | null;
        };
        readonly AccessState: {
            readonly standstill: {
                /** @enum {string} */
                readonly reason: "restored" | "by-hand" | "tracking-off" | "clock-suspect";
                /** Format: date-time */
                readonly since: string | null;
            } | null;
            readonly limits: {
                /** @description Never more peers in one pass. */
                readonly most: number;
                /** @description Of the peers that users own; three always pass. */
                readonly percent: number;
            };
            readonly fuses: readonly {
                readonly nodeId: string;
                /** @description Peers that are held. */
                readonly cuts: number;
                /** @description So many may be cut without a person’s word. */
                readonly allowed: number;
                /** Format: date-time */
                readonly since: string;
            }[];
        };
        readonly Peer: {
            readonly id: string;
            /** @description Key within the VPN service: WireGuard public key, Xray email, … */
            readonly key: string;
            readonly name: string | null;
            readonly nodeId: string;
            readonly nodeName: string | null;
            readonly serviceId: string;
            readonly serviceName: string | null;
            readonly protocol: string | null;
            readonly allowedIps: readonly string[];
            readonly endpoint: string | null;
            /** Format: date-time */
            readonly lastHandshakeAt: string | null;
            readonly online: boolean;
            readonly userId: string | null;
            readonly userName: string | null;
            readonly traffic: components["schemas"]["Traffic"];
            /** @description The node did not answer for 3 intervals: these are the last known totals. */
            readonly stale: boolean;
            readonly beforeXpert: components["schemas"]["Traffic"] | null;
            /** Format: date-time */
            readonly firstSeenAt: string;
            /** Format: date-time */
            readonly endedAt: string | null;
        };
        readonly AutomaticAssignment: {
            readonly users: readonly {
                readonly name: string;
                readonly existing: boolean;
                readonly peers: readonly {
                    readonly peerId: string;
                    readonly key: string;
                    readonly name: string | null;
                }[];
            }[];
            readonly assigned: number;
        };
        /** @description To accept, assign the successor to the user with "countInCycle": true. */
        readonly Succession: {
            readonly userId: string;
            readonly userName: string;
            readonly nodeName: string | null;
            readonly ended: {
                readonly peerId: string;
                readonly key: string;
                readonly name: string | null;
                /** Format: date-time */
                readonly endedAt: string;
            };
            readonly successor: {
                readonly peerId: string;
                readonly key: string;
                readonly name: string | null;
                /** Format: date-time */
                readonly firstSeenAt: string;
            };
            readonly because: readonly ("name" | "allowed-ips")[];
            /** @description false: there are others for one of the two; look twice. */
            readonly only: boolean;
        };
        readonly TrafficChange: {
            readonly rxBytes: number | null;
            readonly txBytes: number | null;
            /** @description Bytes, exact; negative: taken away. */
            readonly totalBytes: number | bigint;
            /** @description Bytes, exact; negative: taken away. */
            readonly billedBytes: number | bigint;
        };
        readonly EntryEffect: {
            readonly traffic: components["schemas"]["TrafficChange"];
            /** @description Whose usage changes, and what is shown before and after. */
            readonly holders: readonly {
                readonly userId: string | null;
                readonly userToken: string | null;
                readonly peerId: string | null;
                readonly name: string;
                readonly deleted: boolean;
                readonly traffic: components["schemas"]["TrafficChange"];
                readonly shownBefore: components["schemas"]["Traffic"];
                readonly shownAfter: components["schemas"]["Traffic"];
            }[];
            /** Format: date-time */
            readonly from: string | null;
            /** Format: date-time */
            readonly to: string | null;
            readonly days: number;
            /** @description Days of which no 15-minute records are left: only their sum changes. */
            readonly wholeDays: number;
            /** @description Bytes placed by time alone, because the instant lies within a quarter or day known as a sum only. */
            readonly estimatedBytes: number;
        };
        readonly LedgerEntry: {
            readonly id: string;
            readonly kind: "correction" | ("booking" | "dismissal") | "rebinding";
            /** Format: date-time */
            readonly at: string;
            readonly by: {
                readonly id: string;
                readonly name: string | null;
            } | null;
            readonly reason: string;
            readonly item: {
                /** @enum {string} */
                readonly kind: "quarantine" | "baseline";
                readonly id: string;
            } | null;
            readonly rebinding: {
                readonly peerId: string;
                readonly peerName: string | null;
                readonly userId: string | null;
                readonly userName: string | null;
                /** Format: date-time */
                readonly from: string;
                /**
                 * Format: date-time
                 * @description null: until further notice.
                 */
                readonly to: string | null;
            } | null;
            readonly effect: components["schemas"]["EntryEffect"];
            /** @description The entry whose opposite this is. */
            readonly undoes: string | null;
            readonly undoneBy: string | null;
        };
        readonly RebindingOutcome: {
            /** @description false: this was a preview. */
            readonly applied: boolean;
            readonly entry: components["schemas"]["LedgerEntry"] | null;
            readonly effect: components["schemas"]["EntryEffect"];
            /** @description Billing cycles whose usage changes, the newest first, at most 60; closed ones, too. */
            readonly cycles: readonly {
                /** Format: date-time */
                readonly from: string;
                /** Format: date-time */
                readonly to: string;
                /** Format: date */
                readonly firstDay: string;
                /** Format: date */
                readonly lastDay: string;
                readonly running: boolean;
            }[];
        };
        readonly UserTemplate: {
            readonly name: string;
            /** @description False: of somebody else: the owner’s, for all to use, or, for the owner, a reseller’s. */
            readonly own: boolean;
            readonly note: string;
            readonly tags: readonly string[];
            readonly entitlement: {
                readonly plan?: string | null;
                readonly terms?: {
                    /** @description none, day, week:sat, month:15, days:30, month:start, … Default: none. */
                    readonly cycle?: string;
                    readonly quotas?: readonly {
                        readonly name?: string;
                        /** @description Bytes. */
                        readonly bytes: number;
                        /**
                         * @description billed: by the rules of nodes; up: what the user sent; max: the larger sum of the cycle.
                         * @enum {string}
                         */
                        readonly direction?: "billed" | "both" | "up" | "down" | "max";
                        readonly nodeIds?: readonly string[] | null;
                        readonly nodeTags?: readonly string[] | null;
                        readonly protocols?: readonly string[] | null;
                        readonly softPercent?: number | null;
                        /** @description Let through past the quota. */
                        readonly graceBytes?: number;
                        /** @description What a cycle leaves is allowed on top in the next one. */
                        readonly rollover?: boolean;
                    }[];
                    readonly validDays?: number | null;
                    readonly graceHours?: number;
                };
                /** @description Short for terms with one quota of everything. */
                readonly quota?: number;
                /** @description Of that quota. Default: none. */
                readonly cycle?: string;
                /** @enum {string} */
                readonly begins?: "now" | "with-first-use";
                readonly nextPlan?: string | null;
            } | null;
            readonly expiresInDays: number | null;
        };
        readonly Terms: {
            readonly cycle: string;
            readonly quotas: readonly {
                readonly name: string;
                /** @description Bytes, exact. */
                readonly bytes: number | bigint;
                /**
                 * @description billed: by the rules of nodes; up: what the user sent; max: the larger sum of the cycle.
                 * @enum {string}
                 */
                readonly direction: "billed" | "both" | "up" | "down" | "max";
                readonly nodeIds: readonly string[] | null;
                readonly nodeTags: readonly string[] | null;
                readonly protocols: readonly string[] | null;
                readonly softPercent: number | null;
                /** @description Bytes, exact. */
                readonly graceBytes: number | bigint;
                /** @description What a cycle leaves is allowed on top in the next one. */
                readonly rollover: boolean;
            }[];
            readonly validDays: number | null;
            readonly graceHours: number;
        };
        /** @description null: the user may use everything. */
        readonly Entitlement: {
            readonly plan: {
                readonly id: string;
                readonly name: string;
            } | null;
            readonly nextPlan: {
                readonly id: string;
                readonly name: string;
            } | null;
            readonly terms: components["schemas"]["Terms"];
            /** Format: date-time */
            readonly startedAt: string | null;
            /**
             * Format: date-time
             * @description When access ends, by terms or by hand.
             */
            readonly expiresAt: string | null;
            /** Format: date-time */
            readonly countsFrom: string | null;
            /** Format: date-time */
            readonly resetsAt: string | null;
            readonly quotas: readonly {
                readonly name: string;
                /** @description Bytes, exact. */
                readonly usedBytes: number | bigint;
                /** @description Bytes, exact. */
                readonly allowanceBytes: number | bigint;
                /** @description Bytes, exact. */
                readonly hardLimitBytes: number | bigint;
                /** @description Of the allowance, rounded down. */
                readonly percent: number;
                /** @description The soft limit is reached. */
                readonly soft: boolean;
                readonly usedUp: boolean;
                /** @description Used up if unsigned reports of servers that are not trusted counted: they suspend nobody. */
                readonly usedUpByUnsignedReports: boolean;
                /**
                 * Format: date-time
                 * @description Used up then if the cycle goes on like this; null: not within it.
                 */
                readonly forecastAt: string | null;
            }[];
        };
        readonly User: {
            readonly id: string;
            readonly name: string;
            readonly userToken: string;
            /** @description Secret; only for the owner and the user’s own reseller. */
            readonly linkToken?: string;
            readonly telegramId: number | null;
            readonly role: string;
            readonly email: string | null;
            readonly note: string;
            readonly tags: readonly string[];
            /** @description false: suspended by an admin’s hand. */
            readonly active: boolean;
            /** @enum {string} */
            readonly state: "active" | "on-hold" | "limited" | "expired" | "suspended" | "deleted";
            /** @enum {string|null} */
            readonly stateReason: "quota" | "expiry" | "admin" | "not-started" | "admin-limit" | null;
            /** Format: date-time */
            readonly stateSince: string;
            readonly owner: {
                readonly id: string;
                readonly name: string;
            } | null;
            readonly entitlement: components["schemas"]["Entitlement"] | null;
            readonly peers: number;
            readonly traffic: components["schemas"]["Traffic"];
            /**
             * Format: date-time
             * @description The latest handshake of a peer (or its like), or bytes reported.
             */
            readonly lastSeenAt: string | null;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly deletedAt: string | null;
        };
        readonly Plan: {
            readonly id: string;
            readonly name: string;
            readonly terms: components["schemas"]["Terms"];
            readonly users: number;
            /** Format: date-time */
            readonly createdAt: string;
        };
        readonly TermsPreview: {
            readonly users: number;
            readonly cutOff: number;
            readonly restored: number;
            /** @description Would lose a part, and keep the rest. */
            readonly cutInPart: number;
            /** @description The first 100 who would be cut off. */
            readonly names: readonly string[];
        };
        readonly TopUp: {
            readonly id: string;
            readonly quota: string;
            /** @description Bytes, exact. */
            readonly bytes: number | bigint;
            /** Format: date-time */
            readonly at: string;
            readonly reason: string | null;
            /** Format: date-time */
            readonly undoneAt: string | null;
        };
        readonly StateChange: {
            /** Format: date-time */
            readonly at: string;
            /** @enum {string} */
            readonly from: "active" | "on-hold" | "limited" | "expired" | "suspended" | "deleted";
            /** @enum {string} */
            readonly to: "active" | "on-hold" | "limited" | "expired" | "suspended" | "deleted";
            /** @enum {string|null} */
            readonly reason: "quota" | "expiry" | "admin" | "not-started" | "admin-limit" | null;
            readonly quota: string | null;
        };
        readonly LinkSource: {
            /** @description Configurations that are given out of it. */
            readonly entries: number;
            /** @description Lines that are no configuration of a kind known here. */
            readonly unreadable: number;
            /**
             * Format: date-time
             * @description When it last gave them, or said that they still hold; null: never yet, or more than 30 days ago.
             */
            readonly at: string | null;
            /**
             * Format: date-time
             * @description When it was last asked; null: not since Xpert started.
             */
            readonly triedAt: string | null;
            readonly problem: {
                readonly code: string;
                readonly message: string;
                readonly hint: string | null;
            } | null;
        };
        /** @description “source”: how somebody else’s list stands; null for a configuration. “problem”: why the link is given out to nobody; null where it is given out. */
        readonly Link: {
            readonly id: string;
            readonly name: string;
            /** @description “subscription”: somebody else’s list, which is fetched. */
            readonly protocol: string;
            /** @description As reports name it. */
            readonly server: string;
            readonly port: number;
            readonly userId: string | null;
            readonly userName: string | null;
            readonly ownerId: string | null;
            /** Format: date-time */
            readonly createdAt: string;
            readonly source: components["schemas"]["LinkSource"] | null;
            readonly problem: {
                readonly code: string;
                readonly message: string;
                readonly hint: string | null;
            } | null;
        };
        readonly LinkEntry: {
            readonly name: string;
            readonly protocol: string;
            readonly server: string;
            readonly port: number;
            /** @description Formats that have no form for it. */
            readonly leftOutOf: readonly ("clash" | "sing-box")[];
        };
        readonly LinkLook: {
            readonly name: string;
            readonly protocol: string;
            readonly server: string;
            readonly port: number;
            /** @description Configurations; 1 where the link is one itself. */
            readonly found: number;
            readonly unreadable: number;
            readonly leftOut: {
                readonly clash: number;
                readonly "sing-box": number;
            };
            /** @description The first 100. */
            readonly entries: readonly components["schemas"]["LinkEntry"][];
            readonly problem: {
                readonly code: string;
                readonly message: string;
                readonly hint: string | null;
            } | null;
        };
        readonly UserLink: {
            /** @description Secret: what a VPN client fetches. */
            readonly subscription: string;
            /** @description Secret: the user’s own page. */
            readonly page: string;
            readonly devices: readonly {
                readonly device: string;
                readonly client: string;
                /** Format: date-time */
                readonly firstAt: string;
                /** Format: date-time */
                readonly lastAt: string;
                readonly count: number;
            }[];
            /** @description What the subscription takes from nodes and from others, beside the links given out here. */
            readonly sources: readonly {
                /** @enum {string} */
                readonly kind: "node" | "subscription";
                /** @description What its entries are marked with. */
                readonly name: string;
                readonly entries: number;
                /** @description Lines that are no configuration of a kind known here. */
                readonly unreadable: number;
                /**
                 * Format: date-time
                 * @description When the source last said so; null: never yet.
                 */
                readonly at: string | null;
                /** @description It did not answer when it was asked: this is what it said before. */
                readonly old: boolean;
                readonly problem: {
                    readonly code: string;
                    readonly message: string;
                    readonly hint: string | null;
                } | null;
            }[];
        };
        readonly Cycles: {
            readonly cycle: string;
            readonly timeZone: string;
            /** Format: date-time */
            readonly resetsAt: string | null;
            readonly resetsInSeconds: number | null;
            /** @description The running cycle first. */
            readonly items: readonly {
                /** Format: date-time */
                readonly from: string;
                /** Format: date-time */
                readonly to: string;
                /** Format: date */
                readonly firstDay: string;
                /** Format: date */
                readonly lastDay: string;
                readonly running: boolean;
                readonly traffic: components["schemas"]["Traffic"];
                readonly shown: components["schemas"]["Traffic"];
                readonly inCycle: components["schemas"]["Traffic"];
                /** @description False where a border cannot be told from what is kept. */
                readonly exact: boolean;
            }[];
        };
        readonly Statement: {
            readonly user: {
                readonly id: string;
                readonly name: string;
                /** Format: date-time */
                readonly deletedAt: string | null;
            };
            readonly cycle: string;
            readonly timeZone: string;
            /** Format: date-time */
            readonly from: string;
            /** Format: date-time */
            readonly to: string;
            /** Format: date */
            readonly firstDay: string;
            /** Format: date */
            readonly lastDay: string;
            readonly running: boolean;
            readonly total: components["schemas"]["Traffic"];
            readonly days: readonly {
                /** Format: date */
                readonly date: string;
                readonly traffic: components["schemas"]["Traffic"];
                /** @description A node of the user was not read for a part of it. */
                readonly hasGap: boolean;
            }[];
            readonly places: readonly {
                readonly nodeName: string | null;
                /** @description The node was deleted; the usage stays. */
                readonly deleted: boolean;
                readonly serviceName: string | null;
                readonly server: string;
                readonly port: number;
                readonly protocol: string;
                readonly traffic: components["schemas"]["Traffic"];
            }[];
            readonly lateAfterClosing: components["schemas"]["Traffic"] | null;
            readonly corrections: readonly {
                /** Format: date-time */
                readonly at: string;
                readonly traffic: components["schemas"]["Traffic"];
            }[];
            readonly resets: readonly {
                /** Format: date-time */
                readonly at: string;
                readonly reason: string | null;
                /** Format: date-time */
                readonly undoneAt: string | null;
            }[];
            readonly gaps: readonly components["schemas"]["Gap"][];
        };
        readonly Unclaimed: {
            readonly traffic: components["schemas"]["Traffic"];
            readonly tokens: readonly {
                readonly userToken: string;
                readonly traffic: components["schemas"]["Traffic"];
                /** Format: date-time */
                readonly firstAt: string;
                /** Format: date-time */
                readonly lastAt: string;
            }[];
            readonly peers: readonly {
                readonly peerId: string;
                readonly name: string | null;
                readonly key: string;
                readonly nodeName: string | null;
                /**
                 * Format: date-time
                 * @description The peer or its node is gone since.
                 */
                readonly endedAt: string | null;
                readonly traffic: components["schemas"]["Traffic"];
                /** Format: date-time */
                readonly firstAt: string;
                /** Format: date-time */
                readonly lastAt: string;
            }[];
        };
        readonly Reset: {
            readonly id: string;
            /** @enum {string} */
            readonly scope: "all" | "owner" | "user";
            readonly half: ("services" | "reports") | null;
            /** @description Users it applies to; 0 for all. */
            readonly users: number;
            /** Format: date-time */
            readonly at: string;
            readonly by: {
                readonly id: string;
                readonly name: string | null;
            } | null;
            readonly reason: string | null;
            /** Format: date-time */
            readonly undoneAt: string | null;
        };
        readonly ResetEffect: {
            /** @description Users whose shown usage changes. */
            readonly users: number;
            readonly shownBefore: components["schemas"]["Traffic"];
            readonly shownAfter: components["schemas"]["Traffic"];
            readonly unclaimedBefore: components["schemas"]["Traffic"];
            readonly unclaimedAfter: components["schemas"]["Traffic"];
            /** @description The users whose usage changes most, at most 100. */
            readonly most: readonly {
                readonly userId: string;
                readonly name: string;
                readonly shownBefore: components["schemas"]["Traffic"];
                readonly shownAfter: components["schemas"]["Traffic"];
            }[];
            /** @description Whose access follows, by their own quotas; null: too many users to look at. */
            readonly access: {
                /** @description Users who have access again, everywhere or to a part. */
                readonly restored: number;
                /** @description Users who lose access, everywhere or to a part. */
                readonly cutOff: number;
                /** @description The first 100 of those. */
                readonly names: readonly string[];
            } | null;
        };
        readonly ScheduledReset: {
            readonly id: string;
            /** @enum {string} */
            readonly scope: "all" | "owner" | "user";
            readonly half: ("services" | "reports") | null;
            readonly owner: string | null;
            readonly userIds: readonly string[];
            /** @description Of the first of these, at most 10. */
            readonly userNames: readonly string[];
            /** Format: date-time */
            readonly at: string;
            /** Format: date-time */
            readonly createdAt: string;
            readonly by: {
                readonly id: string;
                readonly name: string | null;
            } | null;
            readonly reason: string | null;
            /** Format: date-time */
            readonly cancelledAt: string | null;
            /** @description The mark that it has set. */
            readonly resetId: string | null;
        };
        readonly BillingRule: {
            readonly id: string;
            readonly nodeId: string;
            readonly serviceId: string | null;
            /** Format: date-time */
            readonly from: string;
            readonly multiplier: string | null;
            readonly direction: ("both" | "up" | "down" | "max") | null;
            /** @enum {string} */
            readonly state: "planned" | "holds" | "past";
            /** Format: date-time */
            readonly setAt: string;
            readonly by: {
                readonly id: string;
                readonly name: string | null;
            } | null;
        };
        readonly EntryOutcome: {
            /** @description false: this was a preview. */
            readonly applied: boolean;
            readonly entry: components["schemas"]["LedgerEntry"] | null;
            readonly effect: components["schemas"]["EntryEffect"];
        };
        readonly Quarantined: {
            readonly id: string;
            /** Format: date-time */
            readonly at: string;
            readonly reason: string;
            readonly traffic: components["schemas"]["Traffic"];
            readonly peerId: string | null;
            readonly peerName: string | null;
            readonly nodeName: string | null;
            readonly decided: {
                readonly entryId: string;
                /** @enum {string} */
                readonly kind: "booking" | "dismissal";
                /** Format: date-time */
                readonly at: string;
                readonly by: {
                    readonly id: string;
                    readonly name: string | null;
                } | null;
                readonly reason: string;
            } | null;
            readonly userToken: string | null;
            readonly server: string | null;
        };
        readonly Baseline: {
            readonly id: string;
            /** Format: date-time */
            readonly at: string;
            /** @enum {string} */
            readonly reason: "before-xpert" | "unproven" | "rewound";
            readonly traffic: components["schemas"]["Traffic"];
            readonly peerId: string | null;
            readonly peerName: string | null;
            readonly nodeName: string | null;
            readonly decided: {
                readonly entryId: string;
                /** @enum {string} */
                readonly kind: "booking" | "dismissal";
                /** Format: date-time */
                readonly at: string;
                readonly by: {
                    readonly id: string;
                    readonly name: string | null;
                } | null;
                readonly reason: string;
            } | null;
            /** @description Who owns the peer now. */
            readonly userName: string | null;
        };
        readonly CleanupJob: {
            readonly id: string;
            readonly days: number;
            /** Format: date-time */
            readonly keepsFrom: string;
            /**
             * @description proving: nothing is removed yet, the sums that stay are compared with what is to go.
             * @enum {string}
             */
            readonly state: "proving" | "removing" | "done" | "cancelled" | "failed";
            /** @description Records to be removed when it began. */
            readonly rows: number;
            /** @description Records removed until now. */
            readonly deleted: number;
            readonly bytesFreed: number;
            /** Format: date-time */
            readonly startedAt: string;
            /** Format: date-time */
            readonly endedAt: string | null;
            readonly error: {
                readonly code: string;
                readonly message: string;
                readonly hint: string | null;
            } | null;
            readonly totals: {
                /** @description Bytes, exact. */
                readonly before: number | bigint;
                /** @description Bytes, exact. */
                readonly after: number | bigint;
            } | null;
        };
        readonly HistoryRebuild: {
            readonly id: string;
            /** @description YYYY-MM-DD, a day of the panel. */
            readonly from: string;
            /** @description The last day, included; days that are not over are left out. */
            readonly to: string;
            /** @description true: differences are only told. */
            readonly dryRun: boolean;
            /**
             * @description filling: ClickHouse does not have all of these days yet. verifying: what was made anew is compared again when it was sent.
             * @enum {string}
             */
            readonly state: "filling" | "comparing" | "verifying" | "done" | "cancelled" | "failed";
            /** @description Days that are to be compared. */
            readonly days: number;
            /** @description Of these days: not in ClickHouse yet, while it is being filled. */
            readonly missingDays: number;
            readonly comparedDays: number;
            /** @description Rows that were compared. */
            readonly rows: number;
            /** @description Rows that differed when their day was compared. */
            readonly differentRows: number;
            readonly differentDays: readonly string[];
            /** Format: date-time */
            readonly startedAt: string;
            /** Format: date-time */
            readonly endedAt: string | null;
            readonly error: {
                readonly code: string;
                readonly message: string;
                readonly hint: string | null;
            } | null;
        };
        readonly Backup: {
            readonly name: string;
            /** @description On the machine of the server. */
            readonly path: string;
            readonly bytes: number;
            /** Format: date-time */
            readonly at: string;
            /** @description Written by the schedule, and removed by it. */
            readonly automatic: boolean;
            /** @description Carries the key of stored secrets, sealed with a passphrase. */
            readonly withKey: boolean;
        };
        readonly BackupSchedule: {
            /** @description 0: none by itself. */
            readonly everyHours: number;
            /** @description Automatic ones that stay. */
            readonly keep: number;
        };
        readonly Settings: {
            readonly tracking: {
                readonly enabled: boolean;
                /** Format: date-time */
                readonly since: string;
            };
            readonly timeZone: string;
            readonly nextTimeZone: {
                readonly timeZone: string;
                /** Format: date-time */
                readonly from: string;
            } | null;
            /** @description Where no other is asked for: month, week:sat, days:30@2026-11-01, … */
            readonly billingCycle: string;
            readonly retentionDays: number;
            readonly backup: components["schemas"]["BackupSchedule"];
            readonly domain: string | null;
            /** @enum {string} */
            readonly webhookAuth: "open" | "key";
            readonly publicSummary: boolean;
            readonly fixedByEnvironment: readonly string[];
        };
        readonly Admin: {
            readonly id: string;
            readonly name: string;
            /** @enum {string} */
            readonly role: "owner" | "reseller" | "viewer";
            /** Format: date-time */
            readonly createdAt: string;
            readonly disabled: boolean;
            /** @description The account asks for a code, too. */
            readonly twoFactor: boolean;
        };
        readonly AdminLimit: {
            /** @description Bytes, exact. */
            readonly bytes: number | bigint;
            readonly cycle: string;
            /** @description Once it is reached its users are without access, too. */
            readonly cutsUsers: boolean;
            /** @description Bytes, exact. */
            readonly usedBytes: number | bigint;
            /** @description Without what nobody vouches for: unsigned reports make no limit reached. */
            readonly usedUp: boolean;
            readonly percent: number;
            /** Format: date-time */
            readonly from: string | null;
            /** Format: date-time */
            readonly to: string | null;
            /** Format: date-time */
            readonly reachedAt: string | null;
        };
        readonly AgentBatch: {
            /** @description Names one life of the agent’s spool. */
            readonly incarnation: string;
            /**
             * Format: date-time
             * @description The clock of the agent now: the difference to ours moves its instants.
             */
            readonly sentAt: string;
            readonly version?: string;
            readonly readings: readonly {
                readonly sequence: number;
                /** @description Sequence of the reading before it; 0 = the first. */
                readonly after: number;
                /** @description What lies between the position and this one is lost. */
                readonly lostBefore?: boolean;
                /** Format: date-time */
                readonly takenAt: string;
                readonly clockSuspect?: boolean;
                /** @description As the position told it before the reading began; 0 where none was told yet. Absent: not known, as of the present one. */
                readonly trackingPeriod?: number;
                readonly durationMs: number;
                readonly failure?: {
                    readonly code: string;
                    readonly message: string;
                    readonly hint?: string;
                };
                /** @description As a collector. */
                readonly semantics?: {
                    readonly kind: string;
                    readonly falls: string;
                    readonly absence: string;
                };
                readonly complete?: boolean;
                readonly order?: {
                    readonly bootId: string;
                    readonly uptimeMs: number;
                };
                readonly services?: readonly {
                    readonly identity: string;
                    readonly kind: string;
                    readonly name: string;
                    readonly listenPort?: number;
                    readonly startEvidence?: string;
                    readonly age?: {
                        readonly minMs: number;
                        readonly maxMs: number;
                    };
                    readonly own?: {
                        /** @description Bytes as a decimal text, up to 2^64-1. */
                        readonly rx?: string;
                        /** @description Bytes as a decimal text, up to 2^64-1. */
                        readonly tx?: string;
                        /** @description Instead of rx and tx where the source tells only a sum. */
                        readonly total?: string;
                    };
                    readonly ownHeaders?: {
                        readonly least: {
                            /** @description Bytes as a decimal text, up to 2^64-1. */
                            readonly rx?: string;
                            /** @description Bytes as a decimal text, up to 2^64-1. */
                            readonly tx?: string;
                            /** @description Instead of rx and tx where the source tells only a sum. */
                            readonly total?: string;
                        };
                        readonly most: {
                            /** @description Bytes as a decimal text, up to 2^64-1. */
                            readonly rx?: string;
                            /** @description Bytes as a decimal text, up to 2^64-1. */
                            readonly tx?: string;
                            /** @description Instead of rx and tx where the source tells only a sum. */
                            readonly total?: string;
                        };
                    };
                    readonly peers: readonly {
                        readonly key: string;
                        readonly connection?: string;
                        readonly isOver?: boolean;
                        /** @description Bytes as a decimal text, up to 2^64-1. */
                        readonly rx?: string;
                        /** @description Bytes as a decimal text, up to 2^64-1. */
                        readonly tx?: string;
                        /** @description Instead of rx and tx where the source tells only a sum. */
                        readonly total?: string;
                        /** Format: date-time */
                        readonly startedAt?: string;
                        readonly name?: string;
                        readonly allowedIps?: readonly string[];
                        readonly endpoint?: string;
                        /** Format: date-time */
                        readonly lastHandshakeAt?: string;
                    }[];
                }[];
            }[];
        };
        /** @description RFC 9457 problem details. */
        readonly Problem: {
            readonly type: string;
            readonly title: string;
            readonly status: number;
            readonly detail: string;
            readonly instance: string;
            readonly code: string;
            readonly hint: string;
            readonly errors?: readonly {
                readonly pointer: string;
                readonly detail: string;
            }[];
        };
    };
    responses: {
        /** @description What went wrong, and what to do. */
        readonly Problem: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly postApiXpertTrafficWebhook: {
        readonly parameters: {
            readonly query?: {
                readonly backfill?: boolean;
            };
            readonly header?: {
                readonly "idempotency-key"?: string;
                readonly "webhook-id"?: string;
                readonly "webhook-timestamp"?: string;
                readonly "webhook-signature"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Report"] | readonly components["schemas"]["Report"][];
                readonly "application/x-ndjson": components["schemas"]["Report"] | readonly components["schemas"]["Report"][];
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly status: "success";
                        readonly message: string;
                        readonly recorded: number;
                        /** @description Same event id and body: counted before. */
                        readonly duplicates: number;
                        /** @description Cumulative values not later than the last applied one. */
                        readonly stale: number;
                        /** @description To authenticated senders: access of users in the request is to be off. */
                        readonly limit_reached?: boolean;
                        /** @description Their user_tokens. */
                        readonly limited_tokens?: readonly string[];
                        /** @description Implausible: kept, not counted. */
                        readonly quarantined?: number;
                        /**
                         * @description A delta came without any id: a repeat counts again.
                         * @constant
                         */
                        readonly idempotent?: false;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getHealthz: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly status: "ok";
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getReadyz: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly status: "ok";
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getMetrics: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiOpenapiJson: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": unknown;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiDocs: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getSession: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Session"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postSession: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    readonly password: string;
                    /** @description Of the authenticator app, or a recovery code. */
                    readonly code?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly admin: components["schemas"]["Who"];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteSession: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putSessionPassword: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly current: string;
                    readonly next: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getSessionTwoFactor: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly enabled: boolean;
                        /** Format: date-time */
                        readonly since: string | null;
                        readonly recoveryCodes: number;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putSessionTwoFactor: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly password: string;
                    readonly secret: string;
                    /** @description Of the new secret. */
                    readonly code: string;
                    /** @description Of what is replaced: of its app, or a recovery code. */
                    readonly currentCode?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Each opens the account once. Shown this once. */
                        readonly recoveryCodes: readonly string[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteSessionTwoFactor: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly password: string;
                    /** @description Of the authenticator app, or a recovery code. */
                    readonly code?: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postSessionTwoFactorSecret: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly secret: string;
                        /** @description For a QR code. */
                        readonly uri: string;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postSessionTwoFactorRecoveryCodes: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly password: string;
                    /** @description Of the authenticator app, or a recovery code. */
                    readonly code?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Each opens the account once. Shown this once. */
                        readonly recoveryCodes: readonly string[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getSessions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            /** Format: date-time */
                            readonly createdAt: string;
                            /** Format: date-time */
                            readonly expiresAt: string;
                            readonly isThis: boolean;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteSessions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly ended: number;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteAdminsIdTwoFactor: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postSetup: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly token: string;
                    readonly name: string;
                    readonly password: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly admin: components["schemas"]["Who"];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getOverview: {
        readonly parameters: {
            readonly query?: {
                /** @description How many there are in topUsers. With 0 a long list of users answers sooner. */
                readonly top?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Overview"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsageSeries: {
        readonly parameters: {
            readonly query?: {
                /** @description Whole days, today included. */
                readonly days?: number;
                readonly from?: string;
                /** @description Default: now. */
                readonly to?: string;
                readonly bucket?: "auto" | "900" | "3600" | "86400";
                readonly by?: "total" | "node" | "protocol" | "user";
                readonly user?: string;
                readonly node?: string;
                /** @description More are summed as "others". */
                readonly max?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Series"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsageActivePeers: {
        readonly parameters: {
            readonly query?: {
                /** @description Whole days, today included. */
                readonly days?: number;
                readonly from?: string;
                /** @description Default: now. */
                readonly to?: string;
                readonly bucket?: "auto" | "900" | "3600" | "86400";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly bucketSeconds: number;
                        readonly from: readonly string[];
                        readonly active: readonly (number | null)[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsageSummary: {
        readonly parameters: {
            readonly query?: {
                /** @description Whole days, today included. */
                readonly days?: number;
                readonly from?: string;
                /** @description Default: now. */
                readonly to?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Summary"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsageHolders: {
        readonly parameters: {
            readonly query?: {
                /** @description Whole days, today included. */
                readonly days?: number;
                readonly from?: string;
                /** @description Default: now. */
                readonly to?: string;
                readonly limit?: number;
                readonly cursor?: string;
                readonly search?: string;
                readonly server?: string;
                readonly port?: number;
                readonly protocol?: string;
                readonly sort?: "total" | "rx" | "tx" | "connections" | "name" | "lastUsed";
                readonly order?: "desc" | "asc";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Holder"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsageCarriers: {
        readonly parameters: {
            readonly query?: {
                /** @description Whole days, today included. */
                readonly days?: number;
                readonly from?: string;
                /** @description Default: now. */
                readonly to?: string;
                readonly user?: string;
                readonly token?: string;
                readonly peer?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Carrier"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsageTopCarriers: {
        readonly parameters: {
            readonly query?: {
                /** @description Whole days, today included. */
                readonly days?: number;
                readonly from?: string;
                /** @description Default: now. */
                readonly to?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Carrier"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getExportUsage: {
        readonly parameters: {
            readonly query?: {
                /** @description Whole days, today included. */
                readonly days?: number;
                readonly from?: string;
                /** @description Default: now. */
                readonly to?: string;
                readonly format?: "csv" | "ndjson";
                /** @description Of times of which only days are kept, rows of days come whatever is asked for. */
                readonly bucket?: "quarter" | "hour" | "day";
                readonly user?: string;
                readonly node?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/csv": string;
                    readonly "application/x-ndjson": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getGaps: {
        readonly parameters: {
            readonly query?: {
                /** @description Whole days, today included. */
                readonly days?: number;
                readonly from?: string;
                /** @description Default: now. */
                readonly to?: string;
                readonly node?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Gap"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getNodesIdQuality: {
        readonly parameters: {
            readonly query?: {
                /** @description Whole days, today included. */
                readonly days?: number;
                readonly from?: string;
                /** @description Default: now. */
                readonly to?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["QualityTimeline"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsersIdQuality: {
        readonly parameters: {
            readonly query?: {
                /** @description Whole days, today included. */
                readonly days?: number;
                readonly from?: string;
                /** @description Default: now. */
                readonly to?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["QualityTimeline"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getPeersIdQuality: {
        readonly parameters: {
            readonly query?: {
                /** @description Whole days, today included. */
                readonly days?: number;
                readonly from?: string;
                /** @description Default: now. */
                readonly to?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["QualityTimeline"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getEvents: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/event-stream": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getAlerts: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
                readonly state?: "open" | "ended" | "all";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Alert"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getAlertsCounts: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly open: {
                            readonly info: number;
                            readonly warning: number;
                            readonly error: number;
                        };
                        /** @description Open ones that nobody has acknowledged or muted. */
                        readonly waiting: number;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putAlertsIdAcknowledged: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly acknowledged: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Alert"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putAlertsIdMuted: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly muted: boolean;
                    readonly hours?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Alert"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getChannels: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Channel"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postChannels: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    /** @description telegram, email or webhook. */
                    readonly kind: string;
                    /** @description telegram: {token, chatId, threadId?, apiUrl?, privateAddress?}. email: {host, port?, security?: "starttls"|"tls"|"none", username?, password?, from, to: [address]}. webhook: {url, signingSecret, privateAddress?}. Secret ones that a change leaves out stay as they are; null takes one away. */
                    readonly options: {
                        readonly [key: string]: unknown;
                    };
                    readonly rules?: {
                        /** @enum {string} */
                        readonly language?: "en" | "ru" | "fa" | "zh";
                        /** @enum {string} */
                        readonly minSeverity?: "info" | "warning" | "error";
                        readonly kinds?: readonly ("nodes" | "services" | "counters" | "clock" | "users" | "access" | "unclaimed" | "backup" | "disk" | "budget" | "setup")[] | null;
                        readonly quiet?: {
                            /** @description Minutes after midnight of the panel's zone. */
                            readonly fromMinute: number;
                            /** @description Minutes after midnight of the panel's zone. */
                            readonly toMinute: number;
                        } | null;
                        /** @description Messages name users. */
                        readonly namesUsers?: boolean;
                    };
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Channel"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteChannelsId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly patchChannelsId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    readonly name?: string;
                    /** @description telegram: {token, chatId, threadId?, apiUrl?, privateAddress?}. email: {host, port?, security?: "starttls"|"tls"|"none", username?, password?, from, to: [address]}. webhook: {url, signingSecret, privateAddress?}. Secret ones that a change leaves out stay as they are; null takes one away. */
                    readonly options?: {
                        readonly [key: string]: unknown;
                    };
                    readonly rules?: {
                        /** @enum {string} */
                        readonly language?: "en" | "ru" | "fa" | "zh";
                        /** @enum {string} */
                        readonly minSeverity?: "info" | "warning" | "error";
                        readonly kinds?: readonly ("nodes" | "services" | "counters" | "clock" | "users" | "access" | "unclaimed" | "backup" | "disk" | "budget" | "setup")[] | null;
                        readonly quiet?: {
                            /** @description Minutes after midnight of the panel's zone. */
                            readonly fromMinute: number;
                            /** @description Minutes after midnight of the panel's zone. */
                            readonly toMinute: number;
                        } | null;
                        /** @description Messages name users. */
                        readonly namesUsers?: boolean;
                    };
                    /** @description Off: it is told nothing, and what waits is forgotten. */
                    readonly enabled?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Channel"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postChannelsIdTest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getNodes: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Node"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postNodes: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    /** @description Integration, for example wireguard. */
                    readonly kind: string;
                    readonly description?: string;
                    /** @description How the node is read, by its kind. wireguard: {transport: "local"|"ssh"|"file", ssh?, identityFile?, hostKey?, interface?, path?}. Secret ones that a change leaves out stay as they are; null takes one away. */
                    readonly options: {
                        readonly [key: string]: unknown;
                    };
                    readonly pollIntervalSeconds?: number;
                    /** @enum {string} */
                    readonly opening?: "baseline" | "count";
                    /** @enum {string} */
                    readonly usersPolicy?: "from-comments" | "per-peer" | "none";
                    readonly linkMbit?: number | null;
                    readonly tags?: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Node"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getNodesId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Node"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteNodesId: {
        readonly parameters: {
            readonly query?: {
                /** @description The node is gone for good: nobody can be given back there. */
                readonly leaveSuspended?: boolean;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly patchNodesId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    readonly name?: string;
                    /** @description Integration, for example wireguard. */
                    readonly kind?: string;
                    readonly description?: string;
                    /** @description How the node is read, by its kind. wireguard: {transport: "local"|"ssh"|"file", ssh?, identityFile?, hostKey?, interface?, path?}. Secret ones that a change leaves out stay as they are; null takes one away. */
                    readonly options?: {
                        readonly [key: string]: unknown;
                    };
                    readonly pollIntervalSeconds?: number;
                    /** @enum {string} */
                    readonly usersPolicy?: "from-comments" | "per-peer" | "none";
                    readonly linkMbit?: number | null;
                    readonly tags?: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Node"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postNodesTest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Integration, for example wireguard. */
                    readonly kind: string;
                    /** @description How the node is read, by its kind. wireguard: {transport: "local"|"ssh"|"file", ssh?, identityFile?, hostKey?, interface?, path?}. Secret ones that a change leaves out stay as they are; null takes one away. */
                    readonly options: {
                        readonly [key: string]: unknown;
                    };
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NodeTest"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postNodesIdTest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description How the node is read, by its kind. wireguard: {transport: "local"|"ssh"|"file", ssh?, identityFile?, hostKey?, interface?, path?}. Secret ones that a change leaves out stay as they are; null takes one away. */
                    readonly options?: {
                        readonly [key: string]: unknown;
                    };
                } | null;
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NodeTest"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getNodesIdSetup: {
        readonly parameters: {
            readonly query?: {
                /** @description It also lets access be taken and given back. */
                readonly access?: boolean;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly setup: components["schemas"]["NodeSetup"] | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postNodesIdPoll: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @enum {string} */
                        readonly outcome: "complete" | "incomplete";
                        readonly durationMs: number;
                        readonly services: readonly {
                            readonly id: string;
                            readonly name: string;
                            readonly peers: number;
                            readonly counted: components["schemas"]["Traffic"];
                            readonly before: components["schemas"]["Traffic"];
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postNodesPoll: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly nodeId: string;
                            /** @enum {string} */
                            readonly outcome: "complete" | "incomplete" | "failed";
                            readonly code: string | null;
                            readonly message: string | null;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getServices: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Service"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getServicesIdHealth: {
        readonly parameters: {
            readonly query?: {
                readonly days?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Share of the known time in which clients could connect; null if nothing is known. */
                        readonly uptime: number | null;
                        readonly days: readonly {
                            /** @description YYYY-MM-DD of the panel’s time zone; days in which nobody looked are absent. */
                            readonly day: string;
                            readonly upSeconds: number;
                            readonly degradedSeconds: number;
                            readonly downSeconds: number;
                            readonly unknownSeconds: number;
                            /** @description Share of the known time in which clients could connect; null if nothing is known. */
                            readonly uptime: number | null;
                        }[];
                        readonly changes: readonly {
                            /** Format: date-time */
                            readonly at: string;
                            /** @enum {string} */
                            readonly state: "up" | "degraded" | "down" | "unknown";
                            readonly reason: components["schemas"]["Notice"] | null;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getNodesIdHealth: {
        readonly parameters: {
            readonly query?: {
                readonly days?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Share of the known time in which clients could connect; null if nothing is known. */
                        readonly uptime: number | null;
                        readonly days: readonly {
                            /** @description YYYY-MM-DD of the panel’s time zone; days in which nobody looked are absent. */
                            readonly day: string;
                            readonly upSeconds: number;
                            readonly degradedSeconds: number;
                            readonly downSeconds: number;
                            readonly unknownSeconds: number;
                            /** @description Share of the known time in which clients could connect; null if nothing is known. */
                            readonly uptime: number | null;
                        }[];
                        readonly changes: readonly {
                            /** Format: date-time */
                            readonly at: string;
                            /** @enum {string} */
                            readonly state: "up" | "degraded" | "down" | "unknown";
                            readonly reason: components["schemas"]["Notice"] | null;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putServicesIdProbe: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {string} */
                    readonly kind: "automatic" | "polls" | "tls" | "tcp" | "ping";
                    readonly host?: string;
                    readonly port?: number;
                    /** @description SNI of the handshake. */
                    readonly serverName?: string;
                    /** @description Whatever certificate is shown is right. */
                    readonly anyCertificate?: boolean;
                    /** @description The host may be in a private network, or this machine. */
                    readonly privateAddresses?: boolean;
                    readonly intervalSeconds?: number;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Service"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postServicesIdProbeTest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {string} */
                    readonly kind: "automatic" | "polls" | "tls" | "tcp" | "ping";
                    readonly host?: string;
                    readonly port?: number;
                    /** @description SNI of the handshake. */
                    readonly serverName?: string;
                    /** @description Whatever certificate is shown is right. */
                    readonly anyCertificate?: boolean;
                    /** @description The host may be in a private network, or this machine. */
                    readonly privateAddresses?: boolean;
                    readonly intervalSeconds?: number;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly probe: components["schemas"]["Probe"];
                        readonly result: {
                            /** @enum {string} */
                            readonly outcome: "answered" | "flawed" | "silent" | "impossible";
                            readonly latencyMs: number | null;
                            readonly reason: components["schemas"]["Notice"] | null;
                        } | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getNodesIdReconciliation: {
        readonly parameters: {
            readonly query?: {
                readonly days?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reconciliation"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postNodesIdProviderFigures: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Of the panel’s time zone. */
                    readonly firstDay: string;
                    /** @description Of the panel’s time zone. */
                    readonly lastDay: string;
                    /**
                     * @description Viewpoint of the node: in is what its network card received.
                     * @enum {string}
                     */
                    readonly direction: "in" | "out" | "both";
                    readonly bytes: number;
                    readonly note?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProviderFigure"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteNodesIdProviderFiguresFigure: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly figure: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getBudgets: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["ProviderBudget"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getNodesIdBudget: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProviderBudget"] | null;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putNodesIdBudget: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly bytes: number;
                    /** @description From reset to reset: month:5 for the 5th. */
                    readonly cycle?: string;
                    /**
                     * @description What the provider counts at the network card; max: the larger direction of the cycle.
                     * @enum {string}
                     */
                    readonly direction?: "in" | "out" | "both" | "max";
                    readonly pricePerTb?: number | null;
                    readonly currency?: string | null;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProviderBudget"] | null;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteNodesIdBudget: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getAgentPosition: {
        readonly parameters: {
            readonly query?: {
                readonly incarnation?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AgentPosition"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getAgentProgram: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": unknown;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postNodesIdAgent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description How the node reaches this panel; by default XPERT_DOMAIN. */
                    readonly panelUrl?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AgentEnrolment"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getNodesIdAccess: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NodeAccess"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putNodesIdAccess: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {string} */
                    readonly mode: "read-only" | "enforce";
                    /** @description read-only: first give back everything that Xpert suspended there. */
                    readonly giveBack?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NodeAccess"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postNodesIdAccessPreview: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AccessPreview"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postNodesIdAccessConfirm: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description How many you saw. */
                    readonly peers: number;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsersIdAccess: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UserAccess"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getAccess: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
                readonly node?: string;
                /** @description Peers of this user alone (id, name or token). */
                readonly user?: string;
                readonly failing?: boolean;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["AccessItem"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getAccessState: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AccessState"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postAccessPause: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postAccessResume: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putAccessFuse: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Never more peers in one pass. */
                    readonly most: number;
                    /** @description Of the peers that users own; three always pass. */
                    readonly percent: number;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Never more peers in one pass. */
                        readonly most: number;
                        /** @description Of the peers that users own; three always pass. */
                        readonly percent: number;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getPeers: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
                readonly node?: string;
                readonly service?: string;
                readonly user?: string;
                readonly unassigned?: boolean;
                readonly search?: string;
                /** @description With those that are gone from their node. */
                readonly ended?: boolean;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Peer"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postPeersAssign: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly assignments: readonly {
                        readonly peerId: string;
                        readonly userId: string | null;
                    }[];
                    /**
                     * Format: date-time
                     * @description Default: now.
                     */
                    readonly from?: string;
                    /** @description History counts in the running cycle, too. */
                    readonly countInCycle?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly assigned: number;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postPeersAssignAutomatically: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly nodeId: string;
                    /** @enum {string} */
                    readonly policy: "per-peer" | "from-comments";
                    /** @description Only say what would be done. */
                    readonly preview?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AutomaticAssignment"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getPeersSuccessions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Succession"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postPeersIdBinding: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly userId: string | null;
                    /**
                     * Format: date-time
                     * @description Not ahead. What was counted since goes with the peer.
                     */
                    readonly from: string;
                    /**
                     * Format: date-time
                     * @description Default: until further notice.
                     */
                    readonly to?: string;
                    readonly reason: string;
                    /** @description Only say what it would do. */
                    readonly preview?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RebindingOutcome"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postUsersBulk: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly users: readonly string[];
                    /** @enum {string} */
                    readonly action: "suspend" | "resume" | "delete" | "entitle" | "tag" | "untag" | "top-up";
                    readonly entitlement?: {
                        readonly plan?: string | null;
                        readonly terms?: {
                            /** @description none, day, week:sat, month:15, days:30, month:start, … Default: none. */
                            readonly cycle?: string;
                            readonly quotas?: readonly {
                                readonly name?: string;
                                /** @description Bytes. */
                                readonly bytes: number;
                                /**
                                 * @description billed: by the rules of nodes; up: what the user sent; max: the larger sum of the cycle.
                                 * @enum {string}
                                 */
                                readonly direction?: "billed" | "both" | "up" | "down" | "max";
                                readonly nodeIds?: readonly string[] | null;
                                readonly nodeTags?: readonly string[] | null;
                                readonly protocols?: readonly string[] | null;
                                readonly softPercent?: number | null;
                                /** @description Let through past the quota. */
                                readonly graceBytes?: number;
                                /** @description What a cycle leaves is allowed on top in the next one. */
                                readonly rollover?: boolean;
                            }[];
                            readonly validDays?: number | null;
                            readonly graceHours?: number;
                        };
                        /** @description Short for terms with one quota of everything. */
                        readonly quota?: number;
                        /** @description Of that quota. Default: none. */
                        readonly cycle?: string;
                        /** @enum {string} */
                        readonly begins?: "now" | "with-first-use";
                        /** @description Usage so far does not count. Default: so where the cycle counts from the beginning. */
                        readonly fresh?: boolean;
                        readonly expiresAt?: string | null;
                        readonly nextPlan?: string | null;
                    };
                    /** @description Of tag and untag. */
                    readonly tag?: string;
                    /** @description Of top-up: to the quota "all", for the running cycle. */
                    readonly bytes?: number;
                    /** @description Of top-up. */
                    readonly reason?: string;
                    /** @description Only say what it would do. */
                    readonly preview?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Whom it changes. */
                        readonly users: number;
                        /** @description false: this was a preview. */
                        readonly applied: boolean;
                        /** @description Names: for them it is so already. */
                        readonly unchanged: readonly string[];
                        /** @description Names: deleted, or no quota to top up; they are left out. */
                        readonly impossible: readonly string[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsersExport: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/csv": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postUsersImport: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly csv: string;
                    /** @description What a line leaves out is as the template has it. */
                    readonly template?: string;
                    /** @description Only says what would be made. */
                    readonly dryRun?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly created: number;
                        /** @description Users of these names are there, and stay as they are. */
                        readonly existing: readonly string[];
                        /** @description Of a dry run: what is wrong, line by line. Without it, the first of them refuses all. */
                        readonly errors: readonly {
                            readonly line: number;
                            readonly message: string;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUserTemplates: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["UserTemplate"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putUserTemplatesName: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    readonly note?: string;
                    readonly tags?: readonly string[];
                    readonly entitlement?: {
                        readonly plan?: string | null;
                        readonly terms?: {
                            /** @description none, day, week:sat, month:15, days:30, month:start, … Default: none. */
                            readonly cycle?: string;
                            readonly quotas?: readonly {
                                readonly name?: string;
                                /** @description Bytes. */
                                readonly bytes: number;
                                /**
                                 * @description billed: by the rules of nodes; up: what the user sent; max: the larger sum of the cycle.
                                 * @enum {string}
                                 */
                                readonly direction?: "billed" | "both" | "up" | "down" | "max";
                                readonly nodeIds?: readonly string[] | null;
                                readonly nodeTags?: readonly string[] | null;
                                readonly protocols?: readonly string[] | null;
                                readonly softPercent?: number | null;
                                /** @description Let through past the quota. */
                                readonly graceBytes?: number;
                                /** @description What a cycle leaves is allowed on top in the next one. */
                                readonly rollover?: boolean;
                            }[];
                            readonly validDays?: number | null;
                            readonly graceHours?: number;
                        };
                        /** @description Short for terms with one quota of everything. */
                        readonly quota?: number;
                        /** @description Of that quota. Default: none. */
                        readonly cycle?: string;
                        /** @enum {string} */
                        readonly begins?: "now" | "with-first-use";
                        readonly nextPlan?: string | null;
                    } | null;
                    readonly expiresInDays?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UserTemplate"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteUserTemplatesName: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsers: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
                /** @description Part of the name, note, e-mail address, Telegram id or a token; capitals and small letters are alike. */
                readonly search?: string;
                readonly state?: "active" | "on-hold" | "limited" | "expired" | "suspended" | "deleted";
                readonly tag?: string;
                /** @description By id or name. */
                readonly plan?: string;
                /** @description Name of the admin. */
                readonly owner?: string;
                /** @description used, share: of the quota nearest to its end; total: since the last reset; expires: when access ends; seen: lastSeenAt. Where it is not known a user comes last. All but name: as it stood up to some seconds ago, and the same for all pages that a cursor leads to. */
                readonly sort?: "name" | "used" | "share" | "total" | "expires" | "seen";
                readonly order?: "asc" | "desc";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["User"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postUsers: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    readonly userToken?: string;
                    /** @description Secret. */
                    readonly linkToken?: string;
                    /** @description Claimed history counts in the running cycle, too. */
                    readonly countInCycle?: boolean;
                    readonly entitlement?: {
                        readonly plan?: string | null;
                        readonly terms?: {
                            /** @description none, day, week:sat, month:15, days:30, month:start, … Default: none. */
                            readonly cycle?: string;
                            readonly quotas?: readonly {
                                readonly name?: string;
                                /** @description Bytes. */
                                readonly bytes: number;
                                /**
                                 * @description billed: by the rules of nodes; up: what the user sent; max: the larger sum of the cycle.
                                 * @enum {string}
                                 */
                                readonly direction?: "billed" | "both" | "up" | "down" | "max";
                                readonly nodeIds?: readonly string[] | null;
                                readonly nodeTags?: readonly string[] | null;
                                readonly protocols?: readonly string[] | null;
                                readonly softPercent?: number | null;
                                /** @description Let through past the quota. */
                                readonly graceBytes?: number;
                                /** @description What a cycle leaves is allowed on top in the next one. */
                                readonly rollover?: boolean;
                            }[];
                            readonly validDays?: number | null;
                            readonly graceHours?: number;
                        };
                        /** @description Short for terms with one quota of everything. */
                        readonly quota?: number;
                        /** @description Of that quota. Default: none. */
                        readonly cycle?: string;
                        /** @enum {string} */
                        readonly begins?: "now" | "with-first-use";
                        /** @description Usage so far does not count. Default: so where the cycle counts from the beginning. */
                        readonly fresh?: boolean;
                        readonly expiresAt?: string | null;
                        readonly nextPlan?: string | null;
                    };
                    /** @description What is not given here is as the template has it. */
                    readonly template?: string;
                    readonly telegramId?: number | null;
                    readonly email?: string | null;
                    readonly note?: string;
                    readonly tags?: readonly string[];
                    readonly role?: string;
                    readonly active?: boolean;
                    /** @description Name of the admin whose user it is. */
                    readonly owner?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsersId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteUsersId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly patchUsersId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    readonly name?: string;
                    readonly telegramId?: number | null;
                    readonly email?: string | null;
                    readonly note?: string;
                    readonly tags?: readonly string[];
                    readonly role?: string;
                    readonly active?: boolean;
                    /** @description Name of the admin whose user it is. */
                    readonly owner?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postUsersIdRotateToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getPlans: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Plan"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postPlans: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    readonly terms: {
                        /** @description none, day, week:sat, month:15, days:30, month:start, … Default: none. */
                        readonly cycle?: string;
                        readonly quotas?: readonly {
                            readonly name?: string;
                            /** @description Bytes. */
                            readonly bytes: number;
                            /**
                             * @description billed: by the rules of nodes; up: what the user sent; max: the larger sum of the cycle.
                             * @enum {string}
                             */
                            readonly direction?: "billed" | "both" | "up" | "down" | "max";
                            readonly nodeIds?: readonly string[] | null;
                            readonly nodeTags?: readonly string[] | null;
                            readonly protocols?: readonly string[] | null;
                            readonly softPercent?: number | null;
                            /** @description Let through past the quota. */
                            readonly graceBytes?: number;
                            /** @description What a cycle leaves is allowed on top in the next one. */
                            readonly rollover?: boolean;
                        }[];
                        readonly validDays?: number | null;
                        readonly graceHours?: number;
                    };
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Plan"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getPlansId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Plan"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deletePlansId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly patchPlansId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    readonly name?: string;
                    readonly terms?: {
                        /** @description none, day, week:sat, month:15, days:30, month:start, … Default: none. */
                        readonly cycle?: string;
                        readonly quotas?: readonly {
                            readonly name?: string;
                            /** @description Bytes. */
                            readonly bytes: number;
                            /**
                             * @description billed: by the rules of nodes; up: what the user sent; max: the larger sum of the cycle.
                             * @enum {string}
                             */
                            readonly direction?: "billed" | "both" | "up" | "down" | "max";
                            readonly nodeIds?: readonly string[] | null;
                            readonly nodeTags?: readonly string[] | null;
                            readonly protocols?: readonly string[] | null;
                            readonly softPercent?: number | null;
                            /** @description Let through past the quota. */
                            readonly graceBytes?: number;
                            /** @description What a cycle leaves is allowed on top in the next one. */
                            readonly rollover?: boolean;
                        }[];
                        readonly validDays?: number | null;
                        readonly graceHours?: number;
                    };
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Plan"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postPlansPreview: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly terms: {
                        /** @description none, day, week:sat, month:15, days:30, month:start, … Default: none. */
                        readonly cycle?: string;
                        readonly quotas?: readonly {
                            readonly name?: string;
                            /** @description Bytes. */
                            readonly bytes: number;
                            /**
                             * @description billed: by the rules of nodes; up: what the user sent; max: the larger sum of the cycle.
                             * @enum {string}
                             */
                            readonly direction?: "billed" | "both" | "up" | "down" | "max";
                            readonly nodeIds?: readonly string[] | null;
                            readonly nodeTags?: readonly string[] | null;
                            readonly protocols?: readonly string[] | null;
                            readonly softPercent?: number | null;
                            /** @description Let through past the quota. */
                            readonly graceBytes?: number;
                            /** @description What a cycle leaves is allowed on top in the next one. */
                            readonly rollover?: boolean;
                        }[];
                        readonly validDays?: number | null;
                        readonly graceHours?: number;
                    };
                    readonly users?: readonly string[];
                    /** @description Only users who have it. */
                    readonly plan?: string;
                    /** @description The plan that is to be given, with its terms: as another one than theirs it begins anew. */
                    readonly given?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TermsPreview"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsersIdEntitlement: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Entitlement"] | null;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putUsersIdEntitlement: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    readonly plan?: string | null;
                    readonly terms?: {
                        /** @description none, day, week:sat, month:15, days:30, month:start, … Default: none. */
                        readonly cycle?: string;
                        readonly quotas?: readonly {
                            readonly name?: string;
                            /** @description Bytes. */
                            readonly bytes: number;
                            /**
                             * @description billed: by the rules of nodes; up: what the user sent; max: the larger sum of the cycle.
                             * @enum {string}
                             */
                            readonly direction?: "billed" | "both" | "up" | "down" | "max";
                            readonly nodeIds?: readonly string[] | null;
                            readonly nodeTags?: readonly string[] | null;
                            readonly protocols?: readonly string[] | null;
                            readonly softPercent?: number | null;
                            /** @description Let through past the quota. */
                            readonly graceBytes?: number;
                            /** @description What a cycle leaves is allowed on top in the next one. */
                            readonly rollover?: boolean;
                        }[];
                        readonly validDays?: number | null;
                        readonly graceHours?: number;
                    };
                    /** @description Short for terms with one quota of everything. */
                    readonly quota?: number;
                    /** @description Of that quota. Default: none. */
                    readonly cycle?: string;
                    /** @enum {string} */
                    readonly begins?: "now" | "with-first-use";
                    /** @description Usage so far does not count. Default: so where the cycle counts from the beginning. */
                    readonly fresh?: boolean;
                    readonly expiresAt?: string | null;
                    readonly nextPlan?: string | null;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Entitlement"] | null;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsersIdTopUps: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["TopUp"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postUsersIdTopUps: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Bytes. */
                    readonly bytes: number;
                    /** @default all */
                    readonly quota?: string;
                    readonly reason?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TopUp"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteTopUpsId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TopUp"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsersIdStateChanges: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["StateChange"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getSettingsTrustedServers: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description As reports name them. Their unsigned reports count towards limits, too. */
                        readonly servers: readonly string[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putSettingsTrustedServers: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description As reports name them. Their unsigned reports count towards limits, too. */
                    readonly servers: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description As reports name them. Their unsigned reports count towards limits, too. */
                        readonly servers: readonly string[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getLinks: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
                /** @description Those given to all users, or to single ones. */
                readonly to?: "all" | "single";
                /** @description In the name, the server, the user’s name. */
                readonly search?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Link"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postLinks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Secret. vless://, vmess://, trojan://, ss://, hysteria2://, tuic://; or https://… of a subscription of somebody else, with #name. */
                    readonly link: string;
                    /** @description What clients show, in place of the link’s own. */
                    readonly name?: string;
                    /** @description Only for this user (id, name or token). */
                    readonly user?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Link"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postLinksTest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Secret. vless://, vmess://, trojan://, ss://, hysteria2://, tuic://; or https://… of a subscription of somebody else, with #name. */
                    readonly link: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LinkLook"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteLinksId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly patchLinksId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description What clients show, in place of the link’s own. */
                    readonly name?: string;
                    /** @description Secret. vless://, vmess://, trojan://, ss://, hysteria2://, tuic://; or https://… of a subscription of somebody else, with #name. */
                    readonly link?: string;
                    readonly user?: string | null;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Link"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postLinksIdFetch: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Link"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsersIdLink: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UserLink"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsersIdLinkEntries: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Without it clients get one entry instead, which says so in its name. */
                        readonly hasAccess: boolean;
                        readonly total: number;
                        readonly leftOut: {
                            readonly clash: number;
                            readonly "sing-box": number;
                        };
                        /** @description The first 500. */
                        readonly entries: readonly {
                            readonly name: string;
                            readonly protocol: string;
                            readonly server: string;
                            readonly port: number;
                            /** @description Formats that have no form for it. */
                            readonly leftOutOf: readonly ("clash" | "sing-box")[];
                            /** @description The node or subscription it was taken from; null: it is given out here. */
                            readonly from: string | null;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postUsersIdRotateLink: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UserLink"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsersIdCycles: {
        readonly parameters: {
            readonly query?: {
                /** @description day, week:sat, week:fa-IR, month:15, jalali-month:1, days:30@2026-11-01, year:07-01, jalali-year:01-01. Default: as in the settings. */
                readonly cycle?: string;
                /** @description An instant or a date (YYYY-MM-DD) in the cycle. Default: now. */
                readonly at?: string;
                readonly count?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Cycles"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUsersIdStatement: {
        readonly parameters: {
            readonly query?: {
                /** @description day, week:sat, week:fa-IR, month:15, jalali-month:1, days:30@2026-11-01, year:07-01, jalali-year:01-01. Default: as in the settings. */
                readonly cycle?: string;
                /** @description An instant or a date (YYYY-MM-DD) in the cycle. Default: now. */
                readonly at?: string;
                readonly format?: "html" | "json";
                readonly lang?: "en" | "ru" | "fa" | "zh";
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Statement"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getUnclaimed: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Unclaimed"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getResets: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Reset"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postResets: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {string} */
                    readonly scope: "all" | "owner" | "user";
                    /** @description Name of the admin whose users are meant. */
                    readonly owner?: string;
                    readonly userIds?: readonly string[];
                    /**
                     * @description Only what was metered on our own VPN services, or only what senders reported.
                     * @enum {string}
                     */
                    readonly half?: "services" | "reports";
                    readonly reason?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reset"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postResetsPreview: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {string} */
                    readonly scope: "all" | "owner" | "user";
                    /** @description Name of the admin whose users are meant. */
                    readonly owner?: string;
                    readonly userIds?: readonly string[];
                    /**
                     * @description Only what was metered on our own VPN services, or only what senders reported.
                     * @enum {string}
                     */
                    readonly half?: "services" | "reports";
                    readonly reason?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ResetEffect"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getResetsIdUndoPreview: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ResetEffect"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteResetsId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reset"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getScheduledResets: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["ScheduledReset"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postScheduledResets: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {string} */
                    readonly scope: "all" | "owner" | "user";
                    /** @description Name of the admin whose users are meant. */
                    readonly owner?: string;
                    readonly userIds?: readonly string[];
                    /**
                     * @description Only what was metered on our own VPN services, or only what senders reported.
                     * @enum {string}
                     */
                    readonly half?: "services" | "reports";
                    readonly reason?: string;
                    /**
                     * Format: date-time
                     * @description Happens once, at this instant, also if the server is down then.
                     */
                    readonly at: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ScheduledReset"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteScheduledResetsId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ScheduledReset"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getBillingRules: {
        readonly parameters: {
            readonly query?: {
                readonly node?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["BillingRule"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postBillingRules: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly nodeId: string;
                    readonly serviceId?: string;
                    readonly multiplier: string | null;
                    /**
                     * @description up: what the user sent; max: the larger direction of each quarter of an hour.
                     * @enum {string}
                     */
                    readonly direction?: "both" | "up" | "down" | "max";
                    /**
                     * Format: date-time
                     * @description Start of a quarter of an hour to come. Default: the next one.
                     */
                    readonly from?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BillingRule"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteBillingRulesId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getCorrections: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
                readonly user?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["LedgerEntry"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postCorrections: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Whose bytes: name one of userId, peerId and userToken. */
                    readonly userId?: string;
                    readonly peerId?: string;
                    /** @description One that nobody owns, mostly. */
                    readonly userToken?: string;
                    /** @description With port and protocol. */
                    readonly server?: string;
                    readonly port?: number;
                    readonly protocol?: string;
                    /** @description One of our VPN services instead. */
                    readonly serviceId?: string;
                    /**
                     * Format: date-time
                     * @description Default: the instant "to".
                     */
                    readonly from?: string;
                    /**
                     * Format: date-time
                     * @description Default: now.
                     */
                    readonly to?: string;
                    /** @description Negative: taken. */
                    readonly rxBytes?: number;
                    /** @description Negative: taken. */
                    readonly txBytes?: number;
                    /** @description Instead of rxBytes and txBytes, where the direction is not known. */
                    readonly totalBytes?: number;
                    readonly reason: string;
                    /** @description Only say what it would do. */
                    readonly preview?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EntryOutcome"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postCorrectionsIdUndo: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    readonly reason?: string;
                    /** @description Only say what it would do. */
                    readonly preview?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EntryOutcome"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getQuarantine: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Quarantined"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getBaselines: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Baseline"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postQuarantineIdDecision: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {string} */
                    readonly decision: "book" | "dismiss";
                    readonly reason: string;
                    /** @description Also what flowed before Xpert counted there. */
                    readonly beforeXpert?: boolean;
                    /** @description Only say what it would do. */
                    readonly preview?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EntryOutcome"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postBaselinesIdDecision: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {string} */
                    readonly decision: "book" | "dismiss";
                    readonly reason: string;
                    /** @description Also what flowed before Xpert counted there. */
                    readonly beforeXpert?: boolean;
                    /** @description Only say what it would do. */
                    readonly preview?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EntryOutcome"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getDatabase: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description 15-minute records. */
                        readonly records: number;
                        /** @description Day rows. */
                        readonly days: number;
                        readonly users: number;
                        readonly servers: number;
                        /** @description Size on disk. */
                        readonly bytes: number;
                        readonly growthPerDay: number | null;
                        /** Format: date-time */
                        readonly oldestRecord: string | null;
                        /** @description 0 = for ever. */
                        readonly retentionDays: number;
                        readonly forecast: {
                            readonly basis: {
                                /** @description Whole days that the rates were measured over. */
                                readonly days: number;
                                readonly recordsPerDay: number;
                                readonly dayRowsPerDay: number;
                                /** @description Ids of reports, remembered for 35 days. */
                                readonly keysPerDay: number;
                            };
                            readonly after: readonly {
                                readonly days: number;
                                readonly bytes: number;
                            }[];
                        } | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postHandover: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Id of the move. */
                    readonly move: string;
                    /** @description Database that the ledger comes from or goes to. */
                    readonly databaseUrl: string;
                    readonly mirror?: {
                        readonly url: string;
                        readonly cluster: string | null;
                    } | null;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly waits: true;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getCleanup: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly job: components["schemas"]["CleanupJob"] | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postCleanup: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly days: number;
                    /** @description true: only say what would go. */
                    readonly dryRun?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly rows: number;
                        /** @description Estimate. The file does not shrink: new records fill it again. */
                        readonly bytesFreed: number;
                        /** Format: date-time */
                        readonly keepsFrom: string;
                        /**
                         * @description This was a dry run.
                         * @constant
                         */
                        readonly deleted: false;
                    };
                };
            };
            /** @description OK */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CleanupJob"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteCleanup: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CleanupJob"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getHistoryRebuild: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly rebuild: components["schemas"]["HistoryRebuild"] | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postHistoryRebuild: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description YYYY-MM-DD, a day of the panel. */
                    readonly from: string;
                    /** @description YYYY-MM-DD, a day of the panel. */
                    readonly to: string;
                    /** @description true: only say what differs. */
                    readonly dryRun?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryRebuild"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteHistoryRebuild: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryRebuild"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getBackups: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Backup"][];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postBackups: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /** @description Takes the key of stored secrets along, sealed with it. */
                    readonly passphrase?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Backup"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getBackupsName: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putSettingsBackup: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["BackupSchedule"];
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BackupSchedule"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getSettings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Settings"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putSettingsTracking: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly enabled: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly enabled: boolean;
                        /** Format: date-time */
                        readonly since: string;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putSettingsRetention: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly days: number;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly days: number;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putSettingsTimeZone: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly timeZone: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly timeZone: string;
                        readonly nextTimeZone: {
                            readonly timeZone: string;
                            /** Format: date-time */
                            readonly from: string;
                        } | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putSettingsCycle: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly cycle: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly cycle: string;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getDoctor: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly checks: readonly {
                            readonly name: string;
                            /** @enum {string} */
                            readonly status: "ok" | "warning" | "error";
                            /** @description What is said, in any language. */
                            readonly code: string;
                            /** @description What the message names, for translations of it. */
                            readonly values: {
                                readonly [key: string]: string | number;
                            };
                            readonly message: string;
                            readonly hint: string | null;
                            readonly commands: readonly string[];
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postImportsVpnservice: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly users?: string;
                    readonly peers?: string;
                    readonly env?: string;
                    readonly db?: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly nodes: number;
                        readonly users: number;
                        readonly peers: number;
                        readonly skipped: readonly {
                            readonly record: string;
                            readonly reason: string;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postImportsVpnserviceTexts: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default  */
                    readonly users: string;
                    /** @default  */
                    readonly peers: string;
                    /** @default  */
                    readonly env: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly nodes: number;
                        readonly users: number;
                        readonly peers: number;
                        readonly skipped: readonly {
                            readonly record: string;
                            readonly reason: string;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getAudit: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            /** Format: date-time */
                            readonly at: string;
                            readonly by: {
                                readonly id: string;
                                readonly name: string | null;
                            } | null;
                            /** @description panel, token, cli or system. */
                            readonly via: string;
                            readonly action: string;
                            readonly subject: string;
                            /** @description In words, where the subject is an id. */
                            readonly about: {
                                readonly everybody: boolean;
                                /** @description All users of that admin. */
                                readonly admin: string | null;
                                /** @description Users, peers or VPN services; the first three. */
                                readonly names: readonly {
                                    readonly name: string;
                                    readonly deleted: boolean;
                                }[];
                                /** @description How many these are in all. */
                                readonly count: number;
                                readonly node: {
                                    readonly name: string;
                                    readonly deleted: boolean;
                                } | null;
                                /** @description Who has it from then on. */
                                readonly to: {
                                    readonly name: string;
                                    readonly deleted: boolean;
                                } | null;
                                /**
                                 * Format: date-time
                                 * @description The instant that it holds for, or of what was undone or decided.
                                 */
                                readonly at: string | null;
                            } | null;
                            readonly detail: {
                                readonly [key: string]: unknown;
                            };
                        }[];
                        readonly nextCursor: string | null;
                        readonly total?: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getAdmins: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly components["schemas"]["Admin"][];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postAdmins: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    /** @enum {string} */
                    readonly role: "owner" | "reseller" | "viewer";
                    readonly password: string;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Admin"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putAdminsIdPassword: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly password: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly patchAdminsId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly disabled: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Admin"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getAdminsIdLimit: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AdminLimit"] | null;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putAdminsIdLimit: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly bytes: number;
                    /** @description As of statements: month:1, week:mon, none … */
                    readonly cycle?: string;
                    readonly cutsUsers?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AdminLimit"] | null;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteAdminsIdLimit: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getTokens: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly id: string;
                            readonly name: string;
                            readonly scopes: readonly ("read" | "write" | "ingest" | "metrics" | "admin")[];
                            readonly admin: {
                                readonly id: string;
                                readonly name: string;
                            } | null;
                            readonly nodeId: string | null;
                            readonly servers: readonly string[];
                            /** Format: date-time */
                            readonly createdAt: string;
                            /** Format: date-time */
                            readonly lastUsedAt: string | null;
                            /** Format: date-time */
                            readonly revokedAt: string | null;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postTokens: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    readonly scopes: readonly ("read" | "write" | "ingest" | "metrics" | "admin")[];
                    /** @description Ingest only for this node (id, name or slug). */
                    readonly nodeId?: string;
                    readonly servers?: readonly string[];
                    /** @description Also make a secret that signs reports. */
                    readonly signing?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly id: string;
                        readonly name: string;
                        readonly scopes: readonly ("read" | "write" | "ingest" | "metrics" | "admin")[];
                        readonly admin: {
                            readonly id: string;
                            readonly name: string;
                        } | null;
                        readonly nodeId: string | null;
                        readonly servers: readonly string[];
                        /** Format: date-time */
                        readonly createdAt: string;
                        /** Format: date-time */
                        readonly lastUsedAt: string | null;
                        /** Format: date-time */
                        readonly revokedAt: string | null;
                        /** @description Shown this once. */
                        readonly token: string;
                        readonly signingSecret: string | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteTokensId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiXpertTrafficStatsGlobal: {
        readonly parameters: {
            readonly query?: {
                readonly days?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly total_users: number;
                        readonly total_servers: number;
                        /** @description GiB. */
                        readonly total_gb_used: number;
                        readonly total_connections: number;
                        readonly total_protocols: number;
                        readonly period_days: number;
                        readonly top_servers: readonly {
                            readonly server: string;
                            readonly port: number;
                            readonly protocol: string;
                            readonly total_gb: number;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiXpertMarzbanTrafficStats: {
        readonly parameters: {
            readonly query?: {
                readonly days?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly users_traffic: {
                            readonly total_users: number;
                            readonly total_servers: number;
                            /** @description GiB. */
                            readonly total_gb_used: number;
                            readonly total_connections: number;
                            readonly total_protocols: number;
                            readonly period_days: number;
                            readonly top_servers: readonly {
                                readonly server: string;
                                readonly port: number;
                                readonly protocol: string;
                                readonly total_gb: number;
                            }[];
                            /** @description Whether traffic is tracked. */
                            readonly external_servers: boolean;
                            readonly integration_type: string;
                            readonly data_source: string;
                        };
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiXpertTrafficStatsUserToken: {
        readonly parameters: {
            readonly query?: {
                readonly days?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly user_token: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly user_token: string;
                        readonly total_gb_used: number;
                        readonly period_days: number;
                        readonly servers: readonly {
                            readonly server: string;
                            readonly port: number;
                            readonly protocol: string;
                            readonly upload_gb: number | null;
                            readonly download_gb: number | null;
                            readonly total_gb: number;
                            readonly connections: number;
                            /** Format: date-time */
                            readonly last_used: string;
                        }[];
                        /**
                         * @description The token belongs to no user yet.
                         * @constant
                         */
                        readonly unclaimed?: true;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiXpertTrafficStatsServerServerPort: {
        readonly parameters: {
            readonly query?: {
                readonly days?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly server: string;
                readonly port: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly server: string;
                        readonly port: number;
                        readonly period_days: number;
                        readonly unique_users: number;
                        readonly total_gb_used: number;
                        readonly total_connections: number;
                        readonly avg_gb_per_connection: number;
                        readonly daily_stats: readonly {
                            readonly date: string;
                            readonly total_gb: number;
                            readonly unique_users: number;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiXpertTrafficStatsDatabaseInfo: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description 15-minute records and day rows. */
                        readonly total_records: number;
                        readonly unique_users: number;
                        readonly unique_servers: number;
                        readonly database_size_mb: number;
                        /** @description 0 = for ever. */
                        readonly retention_days: number;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postApiXpertTrafficStatsCleanup: {
        readonly parameters: {
            readonly query?: {
                readonly days?: number;
                readonly dry_run?: boolean;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    readonly days?: number;
                    readonly dry_run?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly status: "success";
                        readonly deleted_rows: number;
                        readonly cleanup_days: number;
                        /**
                         * @description Nothing was removed.
                         * @constant
                         */
                        readonly dry_run?: true;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postApiXpertTrafficStatsReset: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly status: "success";
                        readonly reset_id: string;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly deleteApiXpertTrafficStatsResetResetId: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly reset_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly status: "success";
                        readonly reset_id: string;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiAdminUsageUsername: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": number | bigint;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiAdminUsageUsernameDetailed: {
        readonly parameters: {
            readonly query?: {
                readonly days?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly username: string;
                        /** @description Bytes, exact. */
                        readonly xpert_usage_bytes: number | bigint;
                        readonly xpert_usage_gb: number;
                        readonly external_traffic: {
                            readonly admin_username: string;
                            readonly external_traffic_gb: number;
                            readonly external_unique_users: number;
                            readonly external_unique_servers: number;
                            readonly external_connections: number;
                            readonly period_days: number;
                        };
                        /** @description Bytes, exact. */
                        readonly total_usage_bytes: number | bigint;
                        /** @description Bytes, exact; null where the source does not tell the direction. */
                        readonly traffic_limit_bytes: (number | bigint) | null;
                        readonly traffic_limit_gb: number | null;
                        readonly limit_check: boolean | null;
                        readonly percentage_used: number | null;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiAdminExternalTrafficStatsUsername: {
        readonly parameters: {
            readonly query?: {
                readonly days?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly admin_username: string;
                        readonly external_traffic_gb: number;
                        readonly external_unique_users: number;
                        readonly external_unique_servers: number;
                        readonly external_connections: number;
                        readonly period_days: number;
                        /** @description Bytes, exact; null where the source does not tell the direction. */
                        readonly traffic_limit_bytes: (number | bigint) | null;
                        readonly traffic_limit_gb: number | null;
                        readonly limit_check: {
                            readonly within_limit: boolean;
                            readonly limit_gb: number | null;
                            readonly used_gb: number;
                            readonly remaining_gb: number | null;
                            readonly percentage_used: number | null;
                        };
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postApiAdminUsageResetUsername: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly username: string;
                        readonly is_sudo: boolean;
                        readonly telegram_id: number | null;
                        readonly discord_webhook: string | null;
                        /** @description Bytes, exact. */
                        readonly users_usage: number | bigint;
                        readonly reset_id: string;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postApiAdminExternalTrafficResetUsername: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly status: "success";
                        readonly admin_username: string;
                        readonly reset_gb: number;
                        readonly reset_connections: number;
                        readonly message: string;
                        readonly reset_id: string;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiServers: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly [key: string]: {
                            readonly name: string;
                            readonly description?: string;
                            readonly endpoint?: string;
                            /** @enum {string} */
                            readonly status: "online" | "offline" | "error" | "unknown";
                            readonly ping_ms?: number | null;
                            /** Format: date-time */
                            readonly last_check: string | null;
                        };
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiServices: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly services: readonly {
                            readonly server_id: string;
                            readonly server_name: string;
                            readonly service: string;
                            /** @enum {string} */
                            readonly status: "online" | "offline" | "error" | "unknown";
                            readonly note?: string;
                        }[];
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiStats: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly total_users?: number;
                        readonly active_users?: number;
                        readonly total_peers?: number;
                        readonly active_peers?: number;
                        /** @description Living peers per node; in the public summary the status of each node. */
                        readonly by_server: {
                            readonly [key: string]: number | ("online" | "offline" | "error" | "unknown");
                        };
                        readonly by_profile_type?: {
                            readonly [key: string]: number;
                        };
                        /** Format: date-time */
                        readonly last_update?: string;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiUsers: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly {
                        readonly telegram_id: number | null;
                        readonly username: string;
                        readonly role: string;
                        readonly active: boolean;
                        readonly peers_count: number;
                        readonly active_peers: readonly string[];
                    }[];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiTraffic: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly rows: readonly {
                            readonly telegram_id: number | null;
                            readonly username: string | null;
                            readonly server_id: string;
                            readonly wg_ip: string | null;
                            readonly public_key: string;
                            /** @description Bytes, exact; null where the source does not tell the direction. */
                            readonly rx_bytes: (number | bigint) | null;
                            /** @description Bytes, exact; null where the source does not tell the direction. */
                            readonly tx_bytes: (number | bigint) | null;
                            /**
                             * @description The node is silent: these are the last known totals.
                             * @constant
                             */
                            readonly stale?: true;
                        }[];
                        readonly by_user: readonly {
                            readonly telegram_id: number | null;
                            readonly username: string;
                            /** @description Bytes, exact; null where the source does not tell the direction. */
                            readonly rx_bytes: (number | bigint) | null;
                            /** @description Bytes, exact; null where the source does not tell the direction. */
                            readonly tx_bytes: (number | bigint) | null;
                        }[];
                        /** Format: date-time */
                        readonly last_update: string;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiXpertSub: {
        readonly parameters: {
            readonly query: {
                /** @description The link_token: the secret of the link. */
                readonly user_token: string;
                /** @description universal, base64, plain, clash or sing-box; else by the User-Agent. */
                readonly format?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": unknown;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getApiXpertDirectConfigsSub: {
        readonly parameters: {
            readonly query: {
                /** @description The link_token: the secret of the link. */
                readonly user_token: string;
                /** @description universal, base64, plain, clash or sing-box; else by the User-Agent. */
                readonly format?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": unknown;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly postAgentReadings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AgentBatch"];
            };
        };
        readonly responses: {
            /** @description OK */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AgentPosition"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
}
