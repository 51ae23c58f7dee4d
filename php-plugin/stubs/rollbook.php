<?php
/**
 * The classes of the Rollbook extension, for editors. Written by `make stubs`; never loaded.
 */

namespace Rollbook;

/**
 * What every exception of Rollbook is.
 */
class Exception extends \Exception {
}

/**
 * A token that cannot be used. The message says why.
 */
class InvalidToken extends \Rollbook\Exception {
}

/**
 * A call that does not fit the order of the exchange. The message says why.
 */
class OutOfTurn extends \Rollbook\Exception {
}

/**
 * A settings document that is refused. The message holds every problem, a line each.
 */
class InvalidSettings extends \Rollbook\Exception {

	/**
	 * Every problem: its place, the reason in English, and the same as a text to translate, with the values
	 * for its numbered places.
	 *
	 * @return list<array{place: string, reason: string, text: string, values: list<mixed>}>
	 */
	public function problems(): array {}
}

/**
 * One SCIM request. Open it, fetch commands until there is none, give each its answer,
 * take the response.
 */
final class Exchange {
	/**
	 * The largest body that is read, in bytes. Pass one byte more, if there is one.
	 */
	public const MAX_BODY = 1048576;
	/**
	 * How many groups may lie around the one that somebody is a member of, for the outermost to be an
	 * indirect group.
	 */
	public const MAX_NESTING = 20;
	/**
	 * The most people or accounts in one part of a task.
	 */
	public const MAX_PART = 500;

	/**
	 * Opens the exchange for a request: an array of "method", "base", "path", "query", "headers", "body",
	 * "remote" (the client's IP address), "plain" (whether it came without TLS) and "now" (milliseconds).
	 * Settings that cannot be used are answered as an error of the server; null stands for those that the
	 * database does not give. The site is an array of "roles" (a list of arrays with "name" and
	 * "capabilities"), "default_role", "languages", "network" and "address".
	 */
	public static function open( array $request, ?array $settings, array $site ): \Rollbook\Exchange {}

	/**
	 * Opens an exchange of Rollbook's own that renews what people of these accounts are searched by, and
	 * fills fields that are new. Those with an edit made inside WordPress get the next version if the
	 * accounts were edited just now. Its response is empty.
	 */
	public static function refresh( array $user_ids, bool $edited, array $settings, array $site, int $now ): \Rollbook\Exchange {}

	/**
	 * Opens an exchange of Rollbook's own that does something to everybody, a part at a time, or tells what
	 * it would change: an array of "task" and its fields. The response's body is a report as JSON, or an
	 * error with a "detail".
	 */
	public static function task( array $task, array $settings, array $site, int $now ): \Rollbook\Exchange {}

	/**
	 * The next command: an array whose "do" is its name, beside its fields. Null once the response is ready.
	 *
	 * @return ?array<string, mixed>
	 */
	public function command(): ?array {}

	/**
	 * Gives the answer to the command last fetched.
	 */
	public function answer( mixed $answer ): void {}

	/**
	 * Says that the command last fetched could not be carried out. The reason is for the activity log.
	 * "passes" says that it was the database's trouble, so that the request may succeed later;
	 * "may_be_stored" that it is not known how much was left behind.
	 */
	public function fail( string $reason, ?bool $passes, ?bool $may_be_stored ): void {}

	/**
	 * The response.
	 *
	 * @return array{status: int, headers: array<string, string>, body: string}
	 */
	public function response(): array {}

	/**
	 * The response to a request of this method while WordPress answers nobody: it is being updated, or else
	 * reaches no database.
	 *
	 * @return array{status: int, headers: array<string, string>, body: string}
	 */
	public static function closed( bool $is_maintenance, string $method ): array {}

	/**
	 * What the activity log says of the exchange. It holds no secret.
	 *
	 * @return array<string, mixed>
	 */
	public function summary(): array {}
}

/**
 * Bearer tokens.
 */
final class Token {

	/**
	 * Makes a token: its text, to be shown once, and its hash, to be stored.
	 *
	 * @return array{token: string, hash: string}
	 */
	public static function generate(): array {}

	/**
	 * The stored form of a token that the owner brings along.
	 *
	 * Throws Rollbook\InvalidToken when it is too short, too long, mistyped or easy to guess.
	 */
	public static function hash( string $token ): string {}

	/**
	 * Why a token that the owner brings along cannot be used, as a text to translate with the values for its
	 * numbered places; null where it can.
	 *
	 * @return ?array{reason: string, text: string, values: list<mixed>}
	 */
	public static function problem( string $token ): ?array {}
}

/**
 * The settings document.
 */
final class Settings {

	/**
	 * The document that an empty one stands for.
	 *
	 * @return array<string, mixed>
	 */
	public static function defaults(): array {}

	/**
	 * Completes a document that is to be saved on a site in the place of another one. What the site has lost
	 * since that was saved does not stop it, unless it is changed.
	 *
	 * Throws Rollbook\InvalidSettings, whose problems() name every place and reason.
	 *
	 * @return array<string, mixed>
	 */
	public static function validate( array $settings, array $before, array $site ): array {}

	/**
	 * What is wrong with the document of a site as the site is now; each as in
	 * `InvalidSettings::problems()`.
	 *
	 * @return list<array{place: string, reason: string, text: string, values: list<mixed>}>
	 */
	public static function problems( array $settings, array $site ): array {}

	/**
	 * What becomes dangerous when a document is saved on a site in the place of another one, and what
	 * follows; each as in `InvalidSettings::problems()`.
	 *
	 * @return list<array{place: string, reason: string, text: string, values: list<mixed>}>
	 */
	public static function dangers( array $settings, array $before, array $site ): array {}

	/**
	 * The names of the roles and capabilities of a site that protect an account that has one by itself.
	 *
	 * @return list<string>
	 */
	public static function protecting( array $settings, array $site ): array {}

	/**
	 * What may become of a user meta as a target: "open", "guarded", or "odd" where the database may take
	 * the key for another one.
	 */
	public static function verdict( string $key ): string {}

	/**
	 * Whether a site that was at one address may be a copy at the address that it has now.
	 */
	public static function moved( string $noted, string $now ): bool {}

	/**
	 * Which of some accounts the owner can unlink, and which can be linked again. Of each account an array
	 * of "user_id", "managed", "active", "unlinked" and "protected".
	 *
	 * @return array{unlinking: list<int>, allowing_linking: list<int>}
	 */
	public static function links( array $settings, array $links ): array {}

	/**
	 * The targets for which a person's stored document has a value: the identity provider replaces what is
	 * edited there.
	 *
	 * @return list<string>
	 */
	public static function owned( array $settings, string $document ): array {}

	/**
	 * The numbers of those of a document's mappings whose attribute is not among the paths that were
	 * received.
	 *
	 * @return list<int>
	 */
	public static function unreceived( array $settings, array $received ): array {}

	/**
	 * The columns of the list of users that an index can give in order, by the numbers of their mappings:
	 * the attribute that has to be indexed, and the path in the table of values once everybody is in it.
	 *
	 * @return list<array{mapping: int, attribute: string, index: ?string, single: bool}>
	 */
	public static function columns( array $settings, array $site ): array {}

	/**
	 * What a mapping would store of a value, and what is wrong with the mapping.
	 *
	 * @return array{stored: mixed, problems: list<array{place: string, reason: string}>}
	 */
	public static function tried( array $mapping, string $sample ): array {}

	/**
	 * A stored document as it may be shown under these settings: indented, without secrets. Empty for what
	 * is no JSON.
	 */
	public static function shown( array $settings, string $document ): string {}

	/**
	 * Samples of received attributes, by path, as they may be shown under these settings.
	 *
	 * @return array<string, string>
	 */
	public static function samples( array $settings, array $samples ): array {}

	/**
	 * What the owner is offered while typing; and what is mapped by itself where a plugin was here before
	 * that wrote one of these user metas.
	 *
	 * @return array{
	 * paths: list<string>,
	 * targets: list<string>,
	 * former: list<array{metas: list<string>, mapping: array<string, mixed>}>,
	 * }
	 */
	public static function suggestions(): array {}
}

/**
 * When the owner is told that the provisioning is in trouble, and the message.
 */
final class Alerts {

	/**
	 * What the owner is to be told, and the state that is given with the next call. The facts are an array
	 * of "now", "address", "accepted", "requests" and "refusals".
	 *
	 * @return array{state: array<string, mixed>, alerts: list<array{event: string, ...}>}
	 */
	public static function decide( array $settings, array $facts, array $state ): array {}

	/**
	 * The message of an alert, signed with each of the secrets. It was raised at one time and is sent at
	 * another, in milliseconds. The issuer is the address of the site.
	 *
	 * @return array{headers: array<string, string>, body: string}
	 */
	public static function message( array $alert, string $id, string $issuer, int $raised, int $now, array $secrets ): array {}

	/**
	 * Makes a secret that messages are signed with.
	 */
	public static function secret(): string {}
}
