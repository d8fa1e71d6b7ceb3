import { adminResetRoutes } from '../compat/admin-reset.ts';
import { adminUsageRoutes } from '../compat/admin-usage.ts';
import { botRoutes } from '../compat/bot.ts';
import { ledgerWorkRoutes } from '../compat/ledger-work.ts';
import { statisticsRoutes } from '../compat/statistics.ts';
import { summaryRoutes } from '../compat/summary.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { subscriptionRoutes } from '../subscription/subscription-routes.ts';
import { userPageRoutes } from '../user-page/user-page-routes.ts';
import { accessRoutes } from './access.ts';
import { adminLimitRoutes } from './admin-limits.ts';
import { adminRoutes } from './admins.ts';
import { agentRoutes } from './agents.ts';
import { alertRoutes } from './alerts.ts';
import { auditRoutes } from './audit-log.ts';
import { backupRoutes } from './backups.ts';
import { billingRuleRoutes } from './billing-rules.ts';
import { bindingRoutes } from './bindings.ts';
import { budgetRoutes } from './budgets.ts';
import { channelRoutes } from './channels.ts';
import { cleanupRoutes } from './cleanup.ts';
import { correctionRoutes } from './corrections.ts';
import { docsRoutes } from './docs.ts';
import { entitlementRoutes } from './entitlements.ts';
import { eventRoutes } from './events.ts';
import { exportRoutes } from './exports.ts';
import { gapRoutes } from './gaps.ts';
import { handoverRoutes } from './handover.ts';
import { healthRoutes } from './health.ts';
import { historyRoutes } from './history.ts';
import { ledgerRoutes } from './ledger.ts';
import { linkRoutes } from './links.ts';
import { metricsRoutes } from './metrics.ts';
import { nodeReadingRoutes } from './node-reading.ts';
import { nodeRoutes } from './nodes.ts';
import { overviewRoutes } from './overview.ts';
import { panelRoutes } from './panel.ts';
import { peerRoutes } from './peers.ts';
import { planRoutes } from './plans.ts';
import { qualityRoutes } from './quality.ts';
import { reconciliationRoutes } from './reconciliation.ts';
import { resetRoutes } from './resets.ts';
import { serviceRoutes } from './services.ts';
import { sessionRoutes } from './session.ts';
import { setAsideRoutes } from './set-aside.ts';
import { settingsRoutes } from './settings.ts';
import { setupRoutes } from './setup.ts';
import { statementRoutes } from './statements.ts';
import { tokenRoutes } from './tokens.ts';
import { twoFactorRoutes } from './two-factor.ts';
import { unclaimedRoutes } from './unclaimed.ts';
import { usageRoutes } from './usage.ts';
import { userLinkRoutes } from './user-links.ts';
import { userTemplateRoutes } from './user-templates.ts';
import { userRoutes } from './users.ts';
import { usersImportRoutes } from './users-import.ts';
import { usersInBulkRoutes } from './users-in-bulk.ts';

/** Every resource, in the order of the description. An endpoint more is a file here and a line below. */
const RESOURCES = [
  healthRoutes,
  metricsRoutes,
  docsRoutes,
  sessionRoutes,
  twoFactorRoutes,
  setupRoutes,
  overviewRoutes,
  usageRoutes,
  exportRoutes,
  gapRoutes,
  qualityRoutes,
  eventRoutes,
  alertRoutes,
  channelRoutes,
  nodeRoutes,
  nodeReadingRoutes,
  serviceRoutes,
  reconciliationRoutes,
  budgetRoutes,
  agentRoutes,
  accessRoutes,
  peerRoutes,
  bindingRoutes,
  usersInBulkRoutes,
  usersImportRoutes,
  userTemplateRoutes,
  userRoutes,
  planRoutes,
  entitlementRoutes,
  linkRoutes,
  userLinkRoutes,
  statementRoutes,
  unclaimedRoutes,
  resetRoutes,
  billingRuleRoutes,
  correctionRoutes,
  setAsideRoutes,
  ledgerRoutes,
  handoverRoutes,
  cleanupRoutes,
  historyRoutes,
  backupRoutes,
  settingsRoutes,
  auditRoutes,
  adminRoutes,
  adminLimitRoutes,
  tokenRoutes,
  statisticsRoutes,
  ledgerWorkRoutes,
  adminUsageRoutes,
  adminResetRoutes,
  summaryRoutes,
  botRoutes,
  subscriptionRoutes,
  userPageRoutes,
  panelRoutes,
];

export function apiRoutes(app: HttpApp, parts: HttpParts): void {
  for (const register of RESOURCES) register(app, parts);
}
