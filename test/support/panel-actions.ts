/**
 * Everything that the panel can change, and the test that presses it to its end, in a browser. `panel-actions.test.ts`
 * holds the list to the sources: an operation of the API stands here or below, and each of these tests exists.
 */
export const PANEL_ACTIONS: readonly Action[] = [
  ...of('panel.test.ts', [
    ['become the owner', 'POST /setup', 'the one-time link makes the owner and opens the empty panel'],
    ['log in', 'POST /session', 'logging out and in again leads back to the page that was asked for'],
    ['log out', 'DELETE /session', 'logging out and in again leads back to the page that was asked for'],
    ['reset everyone', 'POST /resets', 'Reset All shows exactly nothing, and undo what was there'],
    ['undo a reset', 'DELETE /resets/{id}', 'a user is reset and the reset undone on their page'],
    ['switch tracking', 'PUT /settings/tracking', 'the tracking switch saves: reports are refused'],
    ['test a node', 'POST /nodes/test', 'a node is tested, added, and says what stood there before'],
    ['add a node', 'POST /nodes', 'a node is tested, added, and says what stood there before'],
    ['assign a device', 'POST /peers/assign', 'a device is given to a new user, with what it used'],
    ['claim a token', 'POST /users', 'an unknown token is claimed with its history'],
    [
      'assign all at once',
      'POST /peers/assign-automatically',
      'every other device gets a user of its own, after a preview',
    ],
  ]),
  ...of('panel-two-factor.test.ts', [
    ['see a secret to scan', 'POST /session/two-factor/secret', 'a second factor is switched on'],
    ['switch the second factor on', 'PUT /session/two-factor', 'a second factor is switched on'],
    ['make new recovery codes', 'POST /session/two-factor/recovery-codes', 'a second factor is switched on'],
    ['switch it off', 'DELETE /session/two-factor', 'a second factor is switched on'],
  ]),
  ...of('panel-nodes.test.ts', [
    ['edit a node', 'PATCH /nodes/{id}', 'its password is not shown again, and stays when something else changes'],
    ['read a node now', 'POST /nodes/{id}/poll', 'its password is not shown again, and stays when something else'],
    ['put an agent on a node', 'POST /nodes/{id}/agent', 'a node with an agent: the lines for the node are shown'],
  ]),
  ...of('panel-ledger.test.ts', [
    ['test a failing node again', 'POST /nodes/{id}/test', 'is tested again where it cannot be read'],
    ['delete a node', 'DELETE /nodes/{id}', 'is deleted, and what it carried stays'],
    ['plan a reset of all', 'POST /scheduled-resets', 'a reset of all is planned for a time to come'],
    ['cancel a planned reset', 'DELETE /scheduled-resets/{id}', 'a reset of all is planned for a time to come'],
    ['tell what a provider says', 'POST /nodes/{id}/provider-figures', 'what its provider says is told'],
    [
      'take back what a provider says',
      'DELETE /nodes/{id}/provider-figures/{figure}',
      'what its provider says is told',
    ],
    ['change a budget', 'PUT /nodes/{id}/budget', 'its budget is told and changed'],
    ['pause access', 'POST /access/pause', 'access is paused on all nodes and goes on; the fuse is set'],
    ['go on with access', 'POST /access/resume', 'access is paused on all nodes and goes on; the fuse is set'],
    ['set the fuse', 'PUT /access/fuse', 'access is paused on all nodes and goes on; the fuse is set'],
    ['clean up', 'POST /cleanup', 'old records are removed for good, and no number changes by it'],
    ['stop a cleanup', 'DELETE /cleanup', 'a cleanup that runs shows how far it is, and is stopped'],
    ['count what was set aside', 'POST /quarantine/{id}/decision', 'is counted after a look at what that changes'],
    ['count a baseline', 'POST /baselines/{id}/decision', 'what counters showed before Xpert looked is counted, too'],
    ['take devices away', 'POST /peers/assign', 'devices are given to a user who is there, and taken away again'],
    ['import the bot’s files', 'POST /imports/vpnservice/texts', 'nodes, users and devices of the bot come from its'],
    ['export the usage of all', null, 'is read anew, and taken away as a file'],
  ]),
  ...of('panel-resets.test.ts', [
    ['see what a reset would do', 'POST /resets/preview', 'Reset All says first what goes back to 0'],
    ['undo a reset of some time ago', 'DELETE /resets/{id}', 'a reset of one user says what it did, and its undo'],
    ['plan a reset of a user', 'POST /scheduled-resets', 'a reset is planned on the page of the user whom it is for'],
    ['plan one of an admin’s users', 'POST /scheduled-resets', 'the owner plans one for all users of an admin'],
  ]),
  ...of('panel-work.test.ts', [
    ['forget a budget', 'DELETE /nodes/{id}/budget', 'is told, shows what it comes to, and is forgotten'],
    ['set a multiplier', 'POST /billing-rules', 'is set for a node, shows until when bytes count once'],
    ['take a multiplier back', 'DELETE /billing-rules/{id}', 'is set for a node, shows until when bytes count once'],
    ['see what access would change', 'POST /nodes/{id}/access/preview', 'is looked at, enforced, held by the fuse'],
    ['enforce, and stop it', 'PUT /nodes/{id}/access', 'is looked at, enforced, held by the fuse'],
    ['cut whom the fuse held', 'POST /nodes/{id}/access/confirm', 'is looked at, enforced, held by the fuse'],
    ['correct usage', 'POST /corrections', 'usage is corrected with what it changes in sight, and undone'],
    [
      'undo a correction',
      'POST /corrections/{id}/undo',
      'usage is corrected with what it changes in sight, and undone',
    ],
    ['dismiss what was set aside', 'POST /quarantine/{id}/decision', 'what was set aside is counted or dismissed'],
    ['rebind a device, the past too', 'POST /peers/{id}/binding', 'a device is given to another user from a past time'],
    ['try a probe', 'POST /services/{id}/probe/test', 'a probe is tried before it is kept'],
    ['set a probe', 'PUT /services/{id}/probe', 'a probe is tried before it is kept'],
    ['tag several users', 'POST /users/bulk', 'several are tagged after a look at what that changes'],
    ['import users', 'POST /users/import', 'is read from a file: wrong lines are named'],
  ]),
  ...of('panel-users.test.ts', [
    ['change a user', 'PATCH /users/{id}', 'is changed: name, e-mail, tags, note'],
    [
      'make a new report token',
      'POST /users/{id}/rotate-token',
      'gets a new report token, and what comes with the old',
    ],
    ['renew a link', 'POST /users/{id}/rotate-link', 'gets a new link, and the old one opens nothing'],
    ['delete a user', 'DELETE /users/{id}', 'is deleted after a look at what stays'],
    [
      'rebind a device from now on',
      'POST /peers/assign',
      'a device is given to a user from now on, and then to nobody',
    ],
    ['change, suspend, delete several', 'POST /users/bulk', 'several users get a quota, more of it, lose access'],
    ['export a user, and a statement', null, 'is taken away as a file and as a statement'],
  ]),
  ...of('panel-plans.test.ts', [
    ['give a quota', 'PUT /users/{id}/entitlement', 'a quota is previewed and given, topped up and that undone'],
    [
      'see what a quota would change',
      'POST /plans/preview',
      'a quota is previewed and given, topped up and that undone',
    ],
    ['top up', 'POST /users/{id}/top-ups', 'a quota is previewed and given, topped up and that undone'],
    ['undo a top-up', 'DELETE /top-ups/{id}', 'a quota is previewed and given, topped up and that undone'],
    ['suspend, and give access back', 'PATCH /users/{id}', 'a quota is previewed and given, topped up and that undone'],
    ['make a plan', 'POST /plans', 'a plan is made in the settings, and the list shows who uses how much of it'],
    [
      'change a plan',
      'PATCH /plans/{id}',
      'a plan is made in the settings, and the list shows who uses how much of it',
    ],
    [
      'limit a reseller',
      'PUT /admins/{id}/limit',
      'what all users of a reseller may use together is set, seen and taken',
    ],
    ['take the limit away', 'DELETE /admins/{id}/limit', 'what all users of a reseller may use together is set, seen'],
    [
      'make and change a template',
      'PUT /user-templates/{name}',
      'a template is made, used for a user, changed, deleted',
    ],
    ['delete a template', 'DELETE /user-templates/{name}', 'a template is made, used for a user, changed, deleted'],
  ]),
  ...of('panel-pages.test.ts', [
    ['choose language and theme', null, 'a switch of language and theme holds after a reload'],
  ]),
  ...of('panel-settings.test.ts', [
    ['set how long records are kept', 'PUT /settings/retention', 'how long records are kept, where days begin and how'],
    ['set the time zone', 'PUT /settings/time-zone', 'how long records are kept, where days begin and how cycles run'],
    ['set the billing cycle', 'PUT /settings/cycle', 'how long records are kept, where days begin and how cycles run'],
    ['trust servers', 'PUT /settings/trusted-servers', 'servers are trusted whose unsigned reports limit, too'],
    ['back up', 'POST /backups', 'a backup is written and taken away, and written by itself from then on'],
    ['schedule backups', 'PUT /settings/backup', 'a backup is written and taken away, and written by itself'],
    ['add an admin', 'POST /admins', 'an admin is added, changes the password, and is locked out and let in'],
    ['change the own password', 'PUT /session/password', 'an admin is added, changes the password, and is locked out'],
    [
      'lock an admin out',
      'PATCH /admins/{id}',
      'an admin is added, changes the password, and is locked out and let in',
    ],
    [
      'give an admin a new password',
      'PUT /admins/{id}/password',
      'an admin who has lost password and device is helped',
    ],
    [
      'take a second factor off',
      'DELETE /admins/{id}/two-factor',
      'an admin who has lost password and device is helped',
    ],
    ['make a token', 'POST /tokens', 'a token is made, shown once, used and revoked'],
    ['revoke a token', 'DELETE /tokens/{id}', 'a token is made, shown once, used and revoked'],
    ['change and switch a channel', 'PATCH /channels/{id}', 'a channel is changed, switched off and removed'],
    ['remove a channel', 'DELETE /channels/{id}', 'a channel is changed, switched off and removed'],
    ['delete a plan', 'DELETE /plans/{id}', 'a plan that nobody has is deleted'],
    ['log out everywhere else', 'DELETE /sessions', 'who is logged in elsewhere is logged out there'],
  ]),
  ...of('panel-links.test.ts', [
    ['look what is behind a link', 'POST /links/test', 'are looked at, given out, changed and taken back, by keyboard'],
    ['give out a link', 'POST /links', 'are looked at, given out, changed and taken back, by keyboard'],
    ['change a link', 'PATCH /links/{id}', 'are looked at, given out, changed and taken back, by keyboard'],
    ['fetch a link now', 'POST /links/{id}/fetch', 'are looked at, given out, changed and taken back, by keyboard'],
    ['give a link out no more', 'DELETE /links/{id}', 'are looked at, given out, changed and taken back, by keyboard'],
  ]),
  ...of('panel-alerts.test.ts', [
    [
      'acknowledge an alert',
      'PUT /alerts/{id}/acknowledged',
      'are acknowledged and muted, and each of it is taken back',
    ],
    ['mute an alert', 'PUT /alerts/{id}/muted', 'are acknowledged and muted, and each of it is taken back'],
    ['add a channel', 'POST /channels', 'go to channels: one is tried, one is added'],
    ['test a channel', 'POST /channels/{id}/test', 'go to channels: one is tried, one is added'],
  ]),
];

/** What the panel does not offer: it is done by API or on the command line. */
export const NOT_IN_THE_PANEL: readonly string[] = [
  'POST /agent/readings',
  'POST /handover',
  'DELETE /history/rebuild',
  'POST /history/rebuild',
  'POST /imports/vpnservice',
  'POST /nodes/poll',
];

export interface Action {
  readonly what: string;
  /** Method and path below `/api/v1`; null: it changes nothing on the server. */
  readonly operation: string | null;
  /** In `test/e2e/`. */
  readonly file: string;
  /** How the test's name begins. */
  readonly test: string;
}

type Line = readonly [what: string, operation: string | null, test: string];

function of(file: string, lines: readonly Line[]): Action[] {
  return lines.map(([what, operation, test]) => ({ what, operation, file, test }));
}
