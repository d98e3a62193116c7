"""Every route of the API that is in scope: of the Python SDK 2.12.0, and of the documentation."""

from __future__ import annotations

_TEXT = """
agents GET POST
agents/{agent_id} GET POST
agents/{agent_id}/archive POST
agents/{agent_id}/versions GET
chat/completions POST
complete POST
deployment_runs GET
deployment_runs/{deployment_run_id} GET
deployments GET POST
deployments/{deployment_id} GET POST
deployments/{deployment_id}/archive POST
deployments/{deployment_id}/pause POST
deployments/{deployment_id}/run POST
deployments/{deployment_id}/unpause POST
dreams GET POST
dreams/{dream_id} GET
dreams/{dream_id}/archive POST
dreams/{dream_id}/cancel POST
environments GET POST
environments/{environment_id} GET POST DELETE
environments/{environment_id}/archive POST
environments/{environment_id}/work GET
environments/{environment_id}/work/poll GET
environments/{environment_id}/work/stats GET
environments/{environment_id}/work/{work_id} GET POST
environments/{environment_id}/work/{work_id}/ack POST
environments/{environment_id}/work/{work_id}/heartbeat POST
environments/{environment_id}/work/{work_id}/stop POST
files GET POST
files/{file_id} GET DELETE
files/{file_id}/content GET
memory_stores GET POST
memory_stores/{memory_store_id} GET POST DELETE
memory_stores/{memory_store_id}/archive POST
memory_stores/{memory_store_id}/memories GET POST
memory_stores/{memory_store_id}/memories/{memory_id} GET POST DELETE
memory_stores/{memory_store_id}/memory_versions GET
memory_stores/{memory_store_id}/memory_versions/{memory_version_id} GET
memory_stores/{memory_store_id}/memory_versions/{memory_version_id}/redact POST
messages POST
messages/batches GET POST
messages/batches/{message_batch_id} GET DELETE
messages/batches/{message_batch_id}/cancel POST
messages/batches/{message_batch_id}/results GET
messages/count_tokens POST
models GET
models/{model_id} GET
oauth/token POST
organizations/analytics/apps/chat/projects GET
organizations/analytics/artifacts GET
organizations/analytics/connectors GET
organizations/analytics/cost GET
organizations/analytics/cost_report GET
organizations/analytics/plugins GET
organizations/analytics/skills GET
organizations/analytics/summaries GET
organizations/analytics/usage GET
organizations/analytics/usage_report GET
organizations/analytics/user_cost_report GET
organizations/analytics/user_usage_report GET
organizations/analytics/users GET
organizations/api_keys GET
organizations/api_keys/{api_key_id} GET POST
organizations/claude_code/managed_settings/configuration GET POST
organizations/claude_code/managed_settings/rbac_group_default GET POST
organizations/claude_code/managed_settings/rbac_groups GET
organizations/claude_code/managed_settings/rbac_groups/{rbac_group_id} GET POST DELETE
organizations/claude_tag/bundles GET
organizations/claude_tag/bundles/{bundle_id} GET POST
organizations/claude_tag/bundles/{bundle_id}/targets GET POST
organizations/claude_tag/bundles/{bundle_id}/targets/{target_id} GET DELETE
organizations/claude_tag/slack_channels GET POST
organizations/claude_tag/slack_channels/{id} GET POST DELETE
organizations/claude_tag/slack_workspaces GET
organizations/claude_tag/slack_workspaces/{id} GET POST
organizations/compliance_settings GET POST
organizations/cost_report GET
organizations/external_keys GET POST
organizations/external_keys/{external_key_id} GET POST DELETE
organizations/external_keys/{external_key_id}/validate POST
organizations/federation_issuers GET POST
organizations/federation_issuers/{federation_issuer_id} GET POST
organizations/federation_issuers/{federation_issuer_id}/archive POST
organizations/federation_rules GET POST
organizations/federation_rules/{federation_rule_id} GET POST
organizations/federation_rules/{federation_rule_id}/archive POST
organizations/federation_rules/{federation_rule_id}/workspaces GET POST
organizations/federation_rules/{federation_rule_id}/workspaces/{workspace_id} DELETE
organizations/invites GET POST
organizations/invites/{invite_id} GET DELETE
organizations/me GET
organizations/plugin_marketplaces GET
organizations/plugin_marketplaces/validate_archive POST
organizations/plugin_marketplaces/validate_repository POST
organizations/plugin_marketplaces/{marketplace_id} GET POST
organizations/plugins GET POST
organizations/plugins/{plugin_id} GET POST DELETE
organizations/plugins/{plugin_id}/installation_settings GET
organizations/plugins/{plugin_id}/installation_settings/{target} POST DELETE
organizations/plugins/{plugin_id}/shares GET
organizations/plugins/{plugin_id}/versions GET POST
organizations/plugins/{plugin_id}/versions/{version} GET
organizations/plugins/{plugin_id}/versions/{version}/content GET
organizations/rate_limits GET
organizations/rbac_groups GET POST
organizations/rbac_groups/{rbac_group_id} GET POST DELETE
organizations/rbac_groups/{rbac_group_id}/members GET POST
organizations/rbac_groups/{rbac_group_id}/members/{user_id} DELETE
organizations/rbac_roles GET
organizations/rbac_roles/{rbac_role_id} GET
organizations/rbac_roles/{rbac_role_id}/permissions GET
organizations/service_accounts GET POST
organizations/service_accounts/{service_account_id} GET POST
organizations/service_accounts/{service_account_id}/archive POST
organizations/service_accounts/{service_account_id}/workspaces GET POST
organizations/service_accounts/{service_account_id}/workspaces/{workspace_id} DELETE
organizations/spend_limit_increase_requests GET
organizations/spend_limit_increase_requests/{spend_limit_increase_request_id} GET
organizations/spend_limit_increase_requests/{spend_limit_increase_request_id}/approve POST
organizations/spend_limit_increase_requests/{spend_limit_increase_request_id}/deny POST
organizations/spend_limits GET POST
organizations/spend_limits/effective GET
organizations/spend_limits/{spend_limit_id} GET DELETE
organizations/telemetry_destinations GET POST
organizations/telemetry_destinations/{destination_id} GET POST DELETE
organizations/telemetry_destinations/{destination_id}/test POST
organizations/telemetry_destinations/{destination_id}/workspaces GET
organizations/telemetry_destinations/{destination_id}/workspaces/{workspace_id} POST DELETE
organizations/usage_report/claude_code GET
organizations/usage_report/messages GET
organizations/users GET
organizations/users/{user_id} GET POST DELETE
organizations/users/{user_id}/sign_out POST
organizations/webhooks GET POST
organizations/webhooks/{webhook_endpoint_id} GET POST DELETE
organizations/webhooks/{webhook_endpoint_id}/regenerate_signing_secret POST
organizations/workspaces GET POST
organizations/workspaces/{workspace_id} GET POST
organizations/workspaces/{workspace_id}/archive POST
organizations/workspaces/{workspace_id}/members GET POST
organizations/workspaces/{workspace_id}/members/{user_id} GET POST DELETE
organizations/workspaces/{workspace_id}/rate_limits GET
organizations/workspaces/{workspace_id}/rate_limits/{rate_limit_id} POST
organizations/workspaces/{workspace_id}/service_accounts GET POST
organizations/workspaces/{workspace_id}/service_accounts/{service_account_id} GET POST DELETE
sessions GET POST
sessions/{session_id} GET POST DELETE
sessions/{session_id}/archive POST
sessions/{session_id}/events GET POST
sessions/{session_id}/events/stream GET
sessions/{session_id}/resources GET POST
sessions/{session_id}/resources/{resource_id} GET POST DELETE
sessions/{session_id}/threads GET
sessions/{session_id}/threads/{thread_id} GET
sessions/{session_id}/threads/{thread_id}/archive POST
sessions/{session_id}/threads/{thread_id}/events GET
sessions/{session_id}/threads/{thread_id}/stream GET
skills GET POST
skills/{skill_id} GET DELETE
skills/{skill_id}/versions GET POST
skills/{skill_id}/versions/{version} GET DELETE
skills/{skill_id}/versions/{version}/content GET
tunnels GET POST
tunnels/{tunnel_id} GET
tunnels/{tunnel_id}/archive POST
tunnels/{tunnel_id}/certificates GET POST
tunnels/{tunnel_id}/certificates/{certificate_id} GET
tunnels/{tunnel_id}/certificates/{certificate_id}/archive POST
tunnels/{tunnel_id}/reveal_token POST
tunnels/{tunnel_id}/rotate_token POST
user_profiles GET POST
user_profiles/{user_profile_id} GET POST DELETE
user_profiles/{user_profile_id}/action_urls POST
user_profiles/{user_profile_id}/enrollment_url POST
vaults GET POST
vaults/{vault_id} GET POST DELETE
vaults/{vault_id}/archive POST
vaults/{vault_id}/credentials GET POST
vaults/{vault_id}/credentials/{credential_id} GET POST DELETE
vaults/{vault_id}/credentials/{credential_id}/archive POST
vaults/{vault_id}/credentials/{credential_id}/mcp_oauth_validate POST
"""

#: Method and template.
ROUTES = tuple(
    (method, f"/v1/{path}")
    for path, *methods in map(str.split, _TEXT.strip().splitlines())
    for method in methods
)
