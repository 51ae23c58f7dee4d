//! Every transcript, each a test of its own.

/// Calls a macro with the name of every file in `tests/transcripts`, `_` for `-`.
#[allow(unused_macros, reason = "the demo shows only a few")]
macro_rules! each_transcript {
    ($callback:ident) => {
        $callback! {
            authentik
            cursor
            custom_attributes
            cyberark
            deactivation_with_refused_values
            edges
            entra_aadoptscim062020
            entra_after_wpo365
            entra_connection_test
            entra_default_cycle
            entra_department
            entra_existing_accounts
            entra_groups
            entra_life
            entra_lifecycle
            entra_local_edit
            entra_provision_on_demand
            entra_roles
            entra_soft_delete
            exchanges
            gone_blocks_nobody
            google_workspace
            jumpcloud
            jumpcloud_life
            keycloak
            leaver_and_namesake
            microsoft_inbound
            microsoft_reference_postman
            microsoft_validator_groups
            microsoft_validator_preview
            microsoft_validator_users
            miniorange
            nested_groups
            okta_aiw
            okta_assignment
            okta_crud_test
            okta_existing_user
            okta_group_push
            okta_life
            okta_oin
            okta_spec_test
            onelogin
            own_schema
            pingone
            projections
            protected_accounts
            protected_later
            read_only_token
            removed_addresses
            rfc7643_representations
            rfc7644_bulk
            rfc7644_discovery
            rfc7644_errors
            rfc7644_patch_groups
            rfc7644_patch_users
            rfc7644_queries
            rfc7644_resources
            rippling
            role_rules_changed
            schema_discovery
            search
            sorting
            unicode
            wso2
        }
    };
}
