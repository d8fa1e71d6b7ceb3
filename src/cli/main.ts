import { Command, CommanderError } from 'commander';
import { version } from '../lib/version.ts';
import { addAccessCommands } from './commands/access.ts';
import { addAdminCommands } from './commands/admin.ts';
import { addAlertCommands } from './commands/alert.ts';
import { addBillingCommands } from './commands/billing.ts';
import { addChannelCommands } from './commands/channel.ts';
import { addCorrectionCommands } from './commands/correction.ts';
import { addCounterCommands } from './commands/counters.ts';
import { addEntitlementCommands } from './commands/entitlement.ts';
import { addExportCommands } from './commands/export.ts';
import { addLedgerCommands } from './commands/ledger.ts';
import { addLinkCommands } from './commands/link.ts';
import { addNodeCommands } from './commands/node.ts';
import { addPeerCommands } from './commands/peer.ts';
import { addPlanCommands } from './commands/plan.ts';
import { addResetCommands } from './commands/reset.ts';
import { addServerCommands } from './commands/server.ts';
import { addServiceCommands } from './commands/service.ts';
import { addSettingsCommands } from './commands/settings.ts';
import { addStatementCommands } from './commands/statement.ts';
import { addTemplateCommands } from './commands/template.ts';
import { addTokenCommands } from './commands/token.ts';
import { addUsageCommands } from './commands/usage.ts';
import { addUserCommands } from './commands/user.ts';
import { addUsersInBulkCommands } from './commands/users-in-bulk.ts';
import { exitCodeOf } from './failure.ts';
import { explain } from './output.ts';

/** Exit codes: 0 done, 1 failed, 2 wrong use or wrong configuration. */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('xpert')
    .description('Counts VPN traffic per user into one exact ledger.')
    .version(version)
    .helpCommand(false)
    .showHelpAfterError('(xpert --help lists the verbs)')
    .exitOverride()
    .configureHelp({ sortSubcommands: false });
  for (const add of [
    addServerCommands,
    addAdminCommands,
    addNodeCommands,
    addCounterCommands,
    addServiceCommands,
    addAccessCommands,
    addPeerCommands,
    addUserCommands,
    addEntitlementCommands,
    addUsersInBulkCommands,
    addPlanCommands,
    addTemplateCommands,
    addLinkCommands,
    addTokenCommands,
    addUsageCommands,
    addResetCommands,
    addLedgerCommands,
    addExportCommands,
    addBillingCommands,
    addCorrectionCommands,
    addStatementCommands,
    addAlertCommands,
    addChannelCommands,
    addSettingsCommands,
  ])
    add(program);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  // Commander has printed its message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return exitCodeOf(error, explain);
}

// The ledger, its copies and logs name people: what is written here is for this user alone.
process.umask(0o077);
process.exitCode = await main(process.argv.slice(2));
