<?php
/**
 * Every hook of the plugin, with the reason for its priority where it is not the usual one.
 *
 * Handlers are named after the hook they serve: `action_…` and `filter_…`.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Access\AccessState;
use Rollbook\WordPress\Access\DropIns;
use Rollbook\WordPress\Access\FastLaneFile;
use Rollbook\WordPress\Access\MustUseFile;
use Rollbook\WordPress\Admin\ActivityActions;
use Rollbook\WordPress\Admin\AddressActions;
use Rollbook\WordPress\Admin\AlertActions;
use Rollbook\WordPress\Admin\Dashboard;
use Rollbook\WordPress\Admin\Deactivation;
use Rollbook\WordPress\Admin\DebugData;
use Rollbook\WordPress\Admin\NetworkPage;
use Rollbook\WordPress\Admin\PauseActions;
use Rollbook\WordPress\Admin\PersonActions;
use Rollbook\WordPress\Admin\OwnedFields;
use Rollbook\WordPress\Admin\PersonAttributes;
use Rollbook\WordPress\Admin\PersonLinks;
use Rollbook\WordPress\Admin\PersonPicker;
use Rollbook\WordPress\Admin\Privacy;
use Rollbook\WordPress\Admin\RemovalNotice;
use Rollbook\WordPress\Admin\RequirementsNotice;
use Rollbook\WordPress\Admin\SettingsActions;
use Rollbook\WordPress\Admin\SelfTestHealth;
use Rollbook\WordPress\Admin\SelfTestPanel;
use Rollbook\WordPress\Admin\SettingsPage;
use Rollbook\WordPress\Admin\SettingsTransfer;
use Rollbook\WordPress\Admin\SiteHealth;
use Rollbook\WordPress\Admin\TaskActions;
use Rollbook\WordPress\Admin\TokenActions;
use Rollbook\WordPress\Admin\TokenExpiry;
use Rollbook\WordPress\Admin\UsersColumn;
use Rollbook\WordPress\Admin\UsersFilter;
use Rollbook\WordPress\Admin\UsersSorting;
use Rollbook\WordPress\Commands\Abilities;
use Rollbook\WordPress\Commands\CommandLine;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Endpoint\Endpoint;
use Rollbook\WordPress\Endpoint\FastLane;
use Rollbook\WordPress\Endpoint\RestRoute;
use Rollbook\WordPress\People\PasswordControl;
use Rollbook\WordPress\People\UserRemover;
use Rollbook\WordPress\Store\Alerts;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\ValueIndexes;
use Rollbook\WordPress\Upkeep\Alerting;
use Rollbook\WordPress\Upkeep\CatchUp;
use Rollbook\WordPress\Upkeep\FormerPlugin;
use Rollbook\WordPress\Upkeep\NetworkSites;
use Rollbook\WordPress\Upkeep\ProfileChanges;
use Rollbook\WordPress\Upkeep\RemovalDecision;
use Rollbook\WordPress\Upkeep\SettingsUpgrade;
use Rollbook\WordPress\Upkeep\ValueIndexing;

defined( 'ABSPATH' ) || exit;

/*
 * The service. It takes requests at once, so that no plugin loaded after this one sees the credentials. It looks again when all plugins are
 * loaded, because one of them may have changed the prefix of REST addresses.
 */
Endpoint::take_over();
add_action( 'plugins_loaded', array( Endpoint::class, 'take_over' ), PHP_INT_MIN );
// When everything is loaded and nothing has looked at the request yet.
add_action( 'wp_loaded', array( Endpoint::class, 'serve' ), PHP_INT_MIN );
// For an address that was not recognised that early; before WordPress builds its REST server (10).
add_action( 'parse_request', array( Endpoint::class, 'action_parse_request' ), PHP_INT_MIN );
// For a plugin that sets the route only after that; the REST server runs this filter first.
add_filter( 'rest_jsonp_enabled', array( Endpoint::class, 'filter_rest_jsonp_enabled' ), PHP_INT_MIN );
// The route, for WordPress's index and tools, and for requests that are dispatched inside WordPress.
add_action( 'rest_api_init', array( RestRoute::class, 'action_rest_api_init' ) );
add_filter( 'rest_pre_dispatch', array( RestRoute::class, 'filter_rest_pre_dispatch' ), PHP_INT_MAX, 3 );
add_filter( 'rest_pre_serve_request', array( RestRoute::class, 'filter_rest_pre_serve_request' ), PHP_INT_MIN, 3 );
// Before anybody else prints, if somebody has ended the request.
add_action( 'shutdown', array( Endpoint::class, 'on_shutdown' ), PHP_INT_MIN );
// After plugins that print such pages in their own design.
foreach ( array( '', 'ajax_', 'json_', 'jsonp_', 'xmlrpc_', 'xml_' ) as $rollbook_kind ) {
	add_filter( "wp_die_{$rollbook_kind}handler", array( Endpoint::class, 'filter_wp_die_handler' ), PHP_INT_MAX );
}
// Where the must-use file of the fast lane has loaded the plugin. Nothing that follows concerns requests that only read.
if ( defined( 'Rollbook\WordPress\IS_EARLY' ) ) {
	Endpoint::serve_early();
}

// The plugin's languages. Before anything is said: everything else comes on init at 10 or later.
add_action( 'init', array( Translations::class, 'action_init' ), 0 );
add_filter( 'load_textdomain_mofile', array( Translations::class, 'filter_load_textdomain_mofile' ), 10, 2 );

// What administrators see even without the extension.
add_action( 'admin_notices', array( RequirementsNotice::class, 'action_admin_notices' ) );
add_action( 'network_admin_notices', array( RequirementsNotice::class, 'action_admin_notices' ) );
add_action( 'admin_init', array( Requirements::class, 'action_admin_init' ) );
add_filter( 'site_status_tests', array( SiteHealth::class, 'filter_tests' ) );
add_filter( 'site_status_tests', array( SelfTestHealth::class, 'filter_tests' ) );
add_action( 'wp_ajax_health-check-' . SelfTestHealth::REQUESTS, array( SelfTestHealth::class, 'action_requests' ) );
add_action( 'wp_ajax_health-check-' . SelfTestHealth::SITE, array( SelfTestHealth::class, 'action_site' ) );
add_filter( 'debug_information', array( SiteHealth::class, 'filter_debug_information' ) );

// The tables. Updates of the plugin run no activation hook, so the shape is compared whenever plugins are loaded.
register_activation_hook( PLUGIN_FILE, array( Tables::class, 'create' ) );
add_action( 'plugins_loaded', array( Tables::class, 'action_plugins_loaded' ) );
register_deactivation_hook( PLUGIN_FILE, array( CatchUp::class, 'deactivate' ) );
register_deactivation_hook( PLUGIN_FILE, array( ValueIndexing::class, 'deactivate' ) );
register_deactivation_hook( PLUGIN_FILE, array( Alerts::class, 'forget' ) );
// A person deleted on the site is gone for identity providers too.
add_action( 'deleted_user', array( UserRemover::class, 'action_deleted_user' ) );

// Networks. After priority 10 a new site has WordPress's own tables. Everybody is removed from a site before its tables are dropped.
add_action( 'wp_initialize_site', array( NetworkSites::class, 'action_wp_initialize_site' ), 20 );
add_filter( 'wpmu_drop_tables', array( NetworkSites::class, 'filter_wpmu_drop_tables' ), 10, 2 );
// People are added to sites, removed from them, and deleted. `wpmu_delete_user` runs before their metas are deleted: these tell the sites.
add_action( 'add_user_to_blog', array( NetworkSites::class, 'action_add_user_to_blog' ) );
add_action( 'remove_user_from_blog', array( NetworkSites::class, 'action_remove_user_from_blog' ) );
add_action( 'wpmu_delete_user', array( NetworkSites::class, 'action_wpmu_delete_user' ) );

// Deactivated people are refused even without the extension. While the plugin is not active, a file among the must-use plugins refuses
// them.
AccessControl::add_hooks();
register_activation_hook( PLUGIN_FILE, array( MustUseFile::class, 'install' ) );
add_action( 'admin_init', array( MustUseFile::class, 'action_admin_init' ) );
// What the owner chooses about them before the plugin is deactivated. “Deactivate” leads to a page that asks.
register_activation_hook( PLUGIN_FILE, array( AccessState::class, 'activate' ) );
register_deactivation_hook( PLUGIN_FILE, array( AccessState::class, 'deactivate' ) );
foreach ( array( '', 'network_admin_' ) as $rollbook_kind ) {
	add_filter( "{$rollbook_kind}plugin_action_links_" . plugin_basename( PLUGIN_FILE ), array( Deactivation::class, 'filter_plugin_action_links' ) );
}
add_action( 'load-plugins.php', array( Deactivation::class, 'action_load_plugins' ) );

// Identity providers are answered while WordPress is closed, before it loads plugins. Updates of the plugin run no activation hook.
register_activation_hook( PLUGIN_FILE, array( DropIns::class, 'install' ) );
add_action( 'admin_init', array( DropIns::class, 'install' ) );
register_deactivation_hook( PLUGIN_FILE, array( DropIns::class, 'deactivate' ) );

// The fast lane: its file is written and removed as the settings say, however they change, and after updates of the plugin.
add_action( 'admin_init', array( FastLane::class, 'action_settings' ), 10, 0 );
foreach ( array( 'add_option_', 'update_option_', 'delete_option_' ) as $rollbook_hook ) {
	add_action( $rollbook_hook . Settings::OPTION, array( FastLane::class, 'action_settings' ), 10, 0 );
}
register_activation_hook( PLUGIN_FILE, array( FastLane::class, 'action_settings' ) );
register_deactivation_hook( PLUGIN_FILE, array( FastLaneFile::class, 'deactivate' ) );
add_action( 'upgrader_process_complete', array( FastLane::class, 'forget' ), 10, 0 );

// Passwords that people must not set here: after other plugins (PHP_INT_MAX), and before AccessControl, whose refusal of deactivated people
// comes last.
add_filter( 'allow_password_reset', array( PasswordControl::class, 'filter_allow_password_reset' ), PHP_INT_MAX - 1, 2 );
add_action( 'validate_password_reset', array( PasswordControl::class, 'action_validate_password_reset' ), 10, 2 );
add_filter( 'show_password_fields', array( PasswordControl::class, 'filter_show_password_fields' ), PHP_INT_MAX, 2 );
add_action( 'user_profile_update_errors', array( PasswordControl::class, 'action_user_profile_update_errors' ), 10, 3 );
// The same where a password is stored: after other plugins have changed the data.
add_filter( 'wp_pre_insert_user_data', array( PasswordControl::class, 'filter_wp_pre_insert_user_data' ), PHP_INT_MAX, 3 );
add_filter( 'send_password_change_email', array( PasswordControl::class, 'filter_send_password_change_email' ), PHP_INT_MAX, 2 );
// First (PHP_INT_MIN), so that no other listener takes the new password for set.
if ( version_compare( $GLOBALS['wp_version'], '6.7', '<' ) ) {
	// After other plugins have changed the statement.
	add_filter( 'query', array( PasswordControl::class, 'filter_query' ), PHP_INT_MAX );
}
add_action( 'wp_set_password', array( PasswordControl::class, 'action_wp_set_password' ), PHP_INT_MIN, 3 );
add_filter( 'rest_request_before_callbacks', array( PasswordControl::class, 'filter_rest_request_before_callbacks' ), 10, 3 );

// The activity log: tokens and settings, however they change.
add_action( 'rollbook/token_created', array( ActivityLog::class, 'action_token_created' ) );
add_action( 'rollbook/token_revoked', array( ActivityLog::class, 'action_token_revoked' ) );
add_action( 'rollbook/token_deleted', array( ActivityLog::class, 'action_token_deleted' ) );
add_action( 'add_option_' . Settings::OPTION, array( ActivityLog::class, 'action_add_option' ), 10, 2 );
add_action( 'update_option_' . Settings::OPTION, array( ActivityLog::class, 'action_update_option' ), 10, 2 );
add_action( 'delete_option_' . Settings::OPTION, array( ActivityLog::class, 'action_delete_option' ), 10, 0 );

// The settings screen.
add_action( 'network_admin_menu', array( NetworkPage::class, 'action_network_admin_menu' ) );
add_action( 'network_admin_edit_' . NetworkPage::SAVE, array( NetworkPage::class, 'action_save' ) );
add_action( 'admin_menu', array( SettingsPage::class, 'action_admin_menu' ) );
add_action( 'load-settings_page_rollbook', array( SettingsPage::class, 'action_load' ) );
add_action( 'load-settings_page_rollbook', array( TokenActions::class, 'action_load' ) );
add_action( 'load-settings_page_rollbook', array( SelfTestPanel::class, 'action_load' ) );
add_action( 'load-settings_page_rollbook', array( AlertActions::class, 'action_load' ) );
add_action( 'admin_post_' . AlertActions::TEST, array( AlertActions::class, 'action_test' ) );
add_filter( 'plugin_action_links_' . plugin_basename( PLUGIN_FILE ), array( SettingsPage::class, 'filter_plugin_action_links' ) );
add_action( 'admin_post_rollbook_add_token', array( TokenActions::class, 'action_add' ) );
add_action( 'admin_post_rollbook_revoke_token', array( TokenActions::class, 'action_revoke' ) );
add_action( 'admin_notices', array( AddressActions::class, 'action_admin_notices' ) );
add_action( 'admin_post_' . AddressActions::MOVED, array( AddressActions::class, 'action_moved' ) );
add_action( 'admin_post_' . AddressActions::COPY, array( AddressActions::class, 'action_copy' ) );
add_action( 'admin_post_rollbook_delete_token', array( TokenActions::class, 'action_delete' ) );
add_action( 'admin_post_rollbook_pause', array( PauseActions::class, 'action_pause' ) );
add_action( 'admin_post_' . SettingsTransfer::EXPORT, array( SettingsTransfer::class, 'action_export' ) );
add_action( 'admin_post_' . SettingsTransfer::IMPORT, array( SettingsTransfer::class, 'action_import' ) );
add_action( 'admin_post_rollbook_save_settings', array( SettingsActions::class, 'action_save' ) );
add_action( 'admin_post_rollbook_task', array( TaskActions::class, 'action_step' ) );
add_action( 'wp_ajax_' . PersonPicker::FIND, array( SettingsActions::class, 'action_find_person' ) );
add_action( 'wp_ajax_rollbook_task', array( TaskActions::class, 'action_continue' ) );
foreach ( array_keys( PersonLinks::TASKS ) as $rollbook_task ) {
	add_action( "admin_post_rollbook_$rollbook_task", array( PersonActions::class, 'action_perform' ) );
}
add_action( 'admin_post_rollbook_allow_linking', array( PersonActions::class, 'action_allow' ) );
add_action( 'admin_notices', array( PersonActions::class, 'action_admin_notices' ) );
add_filter( 'bulk_actions-users', array( PersonActions::class, 'filter_bulk_actions' ) );
add_filter( 'handle_bulk_actions-users', array( PersonActions::class, 'filter_handle_bulk_actions' ), 10, 3 );
add_filter( 'user_row_actions', array( PersonActions::class, 'filter_user_row_actions' ), 10, 2 );
add_filter( 'user_row_actions', array( ActivityActions::class, 'filter_user_row_actions' ), 10, 2 );
add_filter( 'manage_users_columns', array( PersonAttributes::class, 'filter_manage_users_columns' ) );
add_filter( 'manage_users_custom_column', array( PersonAttributes::class, 'filter_manage_users_custom_column' ), 10, 3 );
add_action( 'show_user_profile', array( PersonAttributes::class, 'action_profile' ) );
add_action( 'edit_user_profile', array( PersonAttributes::class, 'action_profile' ) );
add_action( 'admin_enqueue_scripts', array( OwnedFields::class, 'action_enqueue' ) );
// Before WordPress and other plugins read the form (10).
add_action( 'personal_options_update', array( OwnedFields::class, 'action_update' ), 1 );
add_action( 'edit_user_profile_update', array( OwnedFields::class, 'action_update' ), 1 );
add_filter( 'views_users', array( UsersFilter::class, 'filter_views' ) );
add_filter( 'users_list_table_query_args', array( UsersFilter::class, 'filter_arguments' ) );
add_filter( 'manage_users_sortable_columns', array( UsersSorting::class, 'filter_sortable_columns' ) );
add_filter( 'users_list_table_query_args', array( UsersSorting::class, 'filter_arguments' ) );
add_filter( 'users_pre_query', array( UsersSorting::class, 'filter_users_pre_query' ), 10, 2 );
add_action( 'deleted_user', array( UsersSorting::class, 'action_deleted_user' ) );
add_action( 'pre_user_query', array( UsersFilter::class, 'action_pre_user_query' ) );
add_action( 'delete_user_form', array( UsersFilter::class, 'action_delete_user_form' ), 10, 2 );
add_action( 'admin_notices', array( TokenExpiry::class, 'action_admin_notices' ) );
add_action( 'admin_init', array( TokenExpiry::class, 'action_admin_init' ) );
add_action( TokenExpiry::EVENT, array( TokenExpiry::class, 'action_event' ) );
register_deactivation_hook( PLUGIN_FILE, array( TokenExpiry::class, 'deactivate' ) );
add_action( 'wp_dashboard_setup', array( Dashboard::class, 'action_wp_dashboard_setup' ) );
add_filter( 'manage_users_columns', array( UsersColumn::class, 'filter_manage_users_columns' ) );
add_filter( 'manage_users_custom_column', array( UsersColumn::class, 'filter_manage_users_custom_column' ), 10, 3 );
add_action( 'admin_post_rollbook_removal', array( RemovalNotice::class, 'action_decide' ) );
add_action( 'admin_post_rollbook_activity_csv', array( ActivityActions::class, 'action_export' ) );
add_action( 'admin_post_rollbook_clear_activity', array( ActivityActions::class, 'action_clear' ) );

// Personal data: what is held of somebody, and a text for the privacy policy.
add_filter( 'wp_privacy_personal_data_exporters', array( Privacy::class, 'filter_exporters' ) );
add_filter( 'wp_privacy_personal_data_erasers', array( Privacy::class, 'filter_erasers' ) );
add_action( 'admin_init', array( Privacy::class, 'action_admin_init' ) );
// After the section is there (10).
add_filter( 'debug_information', array( DebugData::class, 'filter_debug_information' ), 11 );

// Programs that ask: WordPress 6.9 and later has abilities; and the command line.
add_action( 'wp_abilities_api_categories_init', array( Abilities::class, 'action_categories_init' ) );
add_action( 'wp_abilities_api_init', array( Abilities::class, 'action_init' ) );
if ( defined( 'WP_CLI' ) && constant( 'WP_CLI' ) ) {
	CommandLine::add();
}

// Identity providers that remove more people than the owner allows: only with the extension, which carries the decision out.
add_action( 'admin_notices', array( RemovalNotice::class, 'action_admin_notices' ) );
add_action( RemovalDecision::EVENT, array( RemovalDecision::class, 'action_event' ) );

// Edits on the site: only with the extension, because it checks them.
if ( Requirements::met() ) {
	foreach ( array( 'user_register', 'profile_update', 'set_user_role', 'add_user_role', 'remove_user_role' ) as $rollbook_hook ) {
		add_action( $rollbook_hook, array( ProfileChanges::class, 'action_account' ) );
	}
	foreach ( array( 'added_user_meta', 'updated_user_meta', 'deleted_user_meta' ) as $rollbook_hook ) {
		add_action( $rollbook_hook, array( ProfileChanges::class, 'action_meta' ), 10, 3 );
	}
	add_action( 'xprofile_data_after_save', array( ProfileChanges::class, 'action_xprofile' ) );
	add_action( 'xprofile_data_after_delete', array( ProfileChanges::class, 'action_xprofile' ) );
	// Updates of the plugin run no activation hook. When roles are there, and before requests to the service are answered (wp_loaded).
	add_action( 'init', array( SettingsUpgrade::class, 'action_init' ), PHP_INT_MAX );
	// Fields that are new or back, or that have another mapping now.
	add_action( CatchUp::EVENT, array( CatchUp::class, 'action_event' ) );
	add_action( 'admin_init', array( CatchUp::class, 'action_admin_init' ) );
	add_action( 'admin_init', array( FormerPlugin::class, 'action_admin_init' ) );
	foreach ( array( 'add_option_', 'update_option_' ) as $rollbook_hook ) {
		add_action( $rollbook_hook . Settings::OPTION, array( CatchUp::class, 'action_soon' ), 10, 0 );
		add_action( $rollbook_hook . Settings::OPTION, array( ValueIndexing::class, 'action_settings' ), 10, 0 );
	}
	// Alerts. They begin and end with the settings, however these change.
	add_action( Alerts::EVENT, array( Alerting::class, 'action_event' ) );
	add_action( Alerts::SOON, array( Alerting::class, 'action_event' ) );
	add_action( 'admin_init', array( Alerting::class, 'action_settings' ) );
	foreach ( array( 'add_option_', 'update_option_', 'delete_option_' ) as $rollbook_hook ) {
		add_action( $rollbook_hook . Settings::OPTION, array( Alerting::class, 'action_settings' ), 10, 0 );
	}
	// Attributes that people are searched by.
	add_action( ValueIndexes::EVENT, array( ValueIndexing::class, 'action_event' ) );
	add_action( 'admin_init', array( ValueIndexing::class, 'action_admin_init' ) );
	add_action( 'activated_plugin', array( CatchUp::class, 'action_plugin' ) );
	add_action( 'deactivated_plugin', array( CatchUp::class, 'action_plugin' ) );
	// An update may bring languages: with WordPress, a plugin or a theme, or alone. The event finds out whether it did.
	add_action( 'upgrader_process_complete', array( CatchUp::class, 'action_soon' ), 10, 0 );
	// After the page has been sent (1).
	add_action( 'shutdown', array( ProfileChanges::class, 'action_shutdown' ), 20 );
}
