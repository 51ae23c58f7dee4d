//! Two requests at the same moment, or a request and a task of the owner's: their commands interleave, fail,
//! or are carried out and answered too late.
//!
//! Whatever happens, the site ends as it would if the two had come one after the other, in one order or the
//! other; and everybody is searched by what they show. A request that broke down was carried out as a whole
//! or not at all, and the same request sent again succeeds and ends where it would have ended. A seed makes a
//! schedule, and makes the same one again.

use crate::mutate::Random;
use crate::trying;
use rollbook::exchange::Exchange;
use rollbook::host::{Command, Decision, HostError, Scope};
use rollbook::http::{Request, Response};
use rollbook::memory::MemoryHost;
use rollbook::settings::Settings;
use serde_json::{Map, Value, json};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

const TOKEN: &str = "token-of-what-happens-at-the-same-moment";
const NOW: i64 = 1_795_327_201_000;
const TASK: &str = "TASK";
const REFRESH: &str = "REFRESH";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Ann and Bob are there, Cid has an account of his own, and nobody knows Dee.
const NAMES: [&str; 4] = ["ann", "bob", "cid", "dee"];
const ADDRESSES: [&str; 5] = ["ann", "bob", "cid", "dee", "new"];
const GROUPS: [Made; 2] = [("Editors", &["ann"]), ("Guides", &["ann"])];

/// The groups of a site that Bob was deleted from.
const GROUPS_OF_BOTH: [Made; 2] = [("Editors", &["ann", "bob"]), ("Guides", &["ann"])];

/// The groups of other sites, some of them in others. Bob is in more than one, and in some in two ways.
const NESTED_GROUPS: [[Made; 4]; 2] = [
    [
        ("Guides", &["ann", "bob"]),
        ("Helpers", &["bob"]),
        ("Pilots", &["Guides"]),
        ("Editors", &["Pilots", "Helpers"]),
    ],
    [("Guides", &["ann", "bob"]), ("Helpers", &["bob"]), ("Pilots", &["Guides"]), ("Editors", &["Helpers"])],
];

/// A group's name, and who is in it.
type Made = (&'static str, &'static [&'static str]);

/// What is broken on purpose, so that it is seen that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// A change is written, whatever the version that it was decided on.
    Overwriting,
    /// A command that fails leaves behind what it did.
    HalfUndone,
    /// Two people may have the same name.
    SameNames,
    /// The last of the new members is not written.
    LostMember,
    /// A change of a group does not rely on the groups within it.
    NestedUnseen,
    /// A change of a group does not rely on people whose groups it leaves as they are.
    UnchangedUnseen,
    /// A change that takes a way into a group does not rely on the other groups of the people.
    AroundUnseen,
    /// Nobody looks whether an administrator is the last one.
    LastAdministrator,
    /// A command of which nobody knows whether it was carried out is said to have done nothing.
    SaidToBeUndone,
    /// Who waits for an address that somebody has is not looked at again.
    WaitsForEver,
    /// A task writes what people are searched by, whatever the version that it has read.
    IndexedOver,
    /// A task gives roles, whatever the version of the person that it has decided on.
    RolesOver,
}

impl Mutant {
    pub(crate) const ALL: [Self; 12] = [
        Self::Overwriting,
        Self::HalfUndone,
        Self::SameNames,
        Self::LostMember,
        Self::NestedUnseen,
        Self::UnchangedUnseen,
        Self::AroundUnseen,
        Self::LastAdministrator,
        Self::SaidToBeUndone,
        Self::WaitsForEver,
        Self::IndexedOver,
        Self::RolesOver,
    ];
}

/// What the owner and time have done to a site before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum History {
    Nothing,
    /// The owner has made the two people the only administrators.
    Administrators,
    /// The rules came after the people. Bob is in Sales.
    LaterRules,
    /// Bob was deleted, and the owner has decided to undo that.
    Undoing,
}

/// A request of a schedule, or a task.
#[derive(Debug)]
struct Operation {
    /// [`TASK`] and [`REFRESH`] for what is no request. The body says what it is to do then.
    method: &'static str,
    path: String,
    body: Value,
}

impl Operation {
    fn says(&self, text: &str) -> bool {
        self.body.to_string().contains(text)
    }

    fn is_task(&self, name: &str) -> bool {
        self.method == TASK && self.body["task"] == name
    }

    fn open(&self, settings: &Rc<Settings>) -> Exchange {
        let settings = Rc::clone(settings);
        match self.method {
            TASK => Exchange::task(serde_json::from_value(self.body.clone()).unwrap(), settings, NOW),
            REFRESH => {
                let user_ids = serde_json::from_value(self.body["user_ids"].clone()).unwrap();
                Exchange::refresh(user_ids, self.body["edited"] == true, settings, NOW)
            }
            _ => Exchange::open(request(self), settings),
        }
    }
}

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Done,
    /// Nothing of it was stored.
    Fails,
    /// It was stored, and the core hears that it may have been.
    AnsweredLate,
}

/// A site, with the ids of its people and groups, and what may be sent to it.
#[derive(Clone)]
struct World {
    number: usize,
    host: MemoryHost,
    settings: Rc<Settings>,
    operations: Rc<Vec<Operation>>,
    /// Two of them that are likely to meet: each asks for the other one's name or address; or one is about a
    /// way that Bob has into a group, and the other one about the next step of such a way; or one is about
    /// what a rule that came later asks for, and the other one is the task that applies it.
    exchanges: Rc<Vec<[usize; 2]>>,
    /// Those of the operations that are tasks.
    tasks: Rc<Vec<usize>>,
    /// What there was before anything happened.
    before: Rc<Value>,
    /// Whether everybody had the role that the rules give.
    is_right: bool,
}

/// A request that was carried through, and the site afterwards.
type Sent = Rc<(World, u16)>;

thread_local! {
    static WORLDS: Vec<World> = worlds();
    static MUTANT: Cell<Option<Mutant>> = const { Cell::new(None) };
    /// What a single request makes of a site, by the numbers of both.
    static SENT: RefCell<HashMap<(usize, usize), Sent>> = RefCell::default();
}

/// One schedule of two requests.
pub(crate) fn schedule(random: &mut Random) {
    // The sites with groups in others are few among many.
    let world = WORLDS.with(|worlds| match random.once_in(4) {
        true => random.pick(&worlds[worlds.len() - NESTED_GROUPS.len()..]).clone(),
        false => random.pick(worlds).clone(),
    });
    let often = if world.is_nested() { 2 } else { 20 };
    let mut chosen = match random.once_in(often) {
        true => *random.pick(&world.exchanges),
        false => [0, 1].map(|_| random.descendants(world.operations.len())),
    };
    // A task has few commands, and meets a request that comes in between as a whole.
    let mut pace = 2;
    if random.once_in(4) {
        chosen[1] = *random.pick(&world.tasks);
        pace = 6;
    }
    let (strikes, which, at) = (random.descendants(3), random.descendants(2), random.descendants(9));
    let fate = [Fate::Done, Fate::Fails, Fate::AnsweredLate][strikes];
    check(&world, &chosen, (which, at, fate), &mut || random.once_in(pace));
}

/// Every command of every request fails, and is answered too late, in every site. Gives how many that were.
pub(crate) fn strike_each() -> u64 {
    let mut tried = 0;
    for world in WORLDS.with(Vec::clone) {
        for chosen in 0..world.operations.len() {
            for fate in [Fate::Fails, Fate::AnsweredLate] {
                let struck = (0..).take_while(|at| check(&world, &[chosen], (0, *at, fate), &mut || false));
                tried += struck.count() as u64;
            }
        }
    }
    tried
}

/// Whether this thread tries a mutant.
pub(crate) fn is_broken_on_purpose() -> bool {
    MUTANT.get().is_some()
}

/// Whether one of so many schedules finds a mutant.
pub(crate) fn finds(mutant: Mutant, schedules: u64) -> bool {
    MUTANT.set(Some(mutant));
    let found =
        (0..schedules).any(|seed| std::panic::catch_unwind(|| schedule(&mut Random::new(seed))).is_err());
    MUTANT.set(None);
    found
}

/// Carries out one request or two, where one command of one of them does not end as it should, and looks at
/// what is left. Gives whether there was such a command.
fn check(
    world: &World,
    chosen: &[usize],
    strike: (usize, usize, Fate),
    swaps: &mut dyn FnMut() -> bool,
) -> bool {
    let operations: Vec<&Operation> = chosen.iter().map(|number| &world.operations[*number]).collect();
    trying(&format!("site {}, {strike:?}, {operations:?}", world.number));
    let mut left = world.clone();
    let (was_struck, ended, answers) = left.interleave(&operations, strike, swaps);
    let found = left.host.snapshot();
    check_invariants(world, &found);
    let were_given = |which: usize| operations[which].is_task("roles") && !broke(&answers[which]);
    if world.is_right || (0..operations.len()).any(were_given) {
        assert_eq!(left.due(), Vec::<Value>::new(), "somebody has another role than the rules give");
    }
    // Two who want each other's name get them, also where the first of them alone would be refused: with what
    // else it asks for, as if it were sent again after the other one.
    let renames = operations.len() > 1 && operations.iter().all(|one| one.says("userName"));
    // A request that meets another one about the same name may be refused, with nothing stored. It may be
    // that both are: sent again, it is answered as if it were alone.
    let crossed = |which: usize| operations.len() > 1 && answers[which].status == 409;
    let may_be = |which: usize, happens: bool| match (broke(&answers[which]), strike) {
        _ if crossed(which) => true,
        (false, _) => happens,
        (true, (struck, _, Fate::AnsweredLate)) if struck == which && !says_nothing(&answers[which]) => true,
        // It has noted whose name it wants, and the other one has given it.
        (true, _) if renames && !says_nothing(&answers[which]) => true,
        (true, _) => !happens,
    };
    let is_refused_alone =
        |which: usize, status: u16| renames && (answers[which].status, status) == (200, 409);
    let has_status = |which: usize, status: u16| {
        let answer = &answers[which];
        broke(answer) || answer.status == status || is_refused_alone(which, status)
    };
    // Of a Bulk request one operation may have broken down, and others not; and another request may come
    // between.
    let is_bulk = operations.iter().any(|operation| operation.path == "/Bulk");
    // So may of what a task does for one person.
    let is_settling = operations.iter().any(|operation| operation.is_task("settling"));
    let in_part = is_bulk && operations.len() > 1 || (is_bulk || is_settling) && answers.iter().any(broke);
    let likeness = Likeness { was_struck, logins: !renames };
    if !in_part && !could_be(world, chosen, &ended, &found, likeness, may_be, has_status, is_refused_alone) {
        let told: Vec<_> = answers.iter().map(|answer| (answer.status, answer.body.as_str())).collect();
        let other = world.in_order(chosen, &ended);
        panic!("no order of them gives\n{found}\nafter {told:?}, but in the order of their ends\n{other}");
    }
    let again: Vec<usize> =
        (0..chosen.len()).filter(|which| broke(&answers[*which]) || crossed(*which)).collect();
    for which in &again {
        let answer = left.send(operations[*which]);
        assert!(!broke(&answer), "it does not succeed when it is sent again: {answer:?}");
    }
    let found = left.host.snapshot();
    check_invariants(world, &found);
    let has_crossed = again.iter().any(|which| crossed(*which));
    // What one operation of a Bulk request did may be why another is refused then.
    let ends = is_bulk || has_crossed || {
        let is_refused_alone = |_, status| renames && status == 409;
        could_be(world, chosen, &ended, &found, likeness, |_, happens| happens, |_, _| true, is_refused_alone)
    };
    assert!(again.is_empty() || ends, "sent again, it ends elsewhere:\n{found}");
    was_struck
}

/// Whether the site may be as it is, in one order of the requests or another: which of them may have
/// happened or not, with which answers, and which are sent again at the end because they were refused there
/// and not here.
#[expect(clippy::too_many_arguments, reason = "each is another thing that may differ")]
fn could_be(
    world: &World,
    chosen: &[usize],
    ended: &[usize],
    found: &Value,
    likeness: Likeness,
    may_be: impl Fn(usize, bool) -> bool,
    has_status: impl Fn(usize, u16) -> bool,
    sent_again: impl Fn(usize, u16) -> bool,
) -> bool {
    let reversed: Vec<usize> = ended.iter().rev().copied().collect();
    let orders = [ended, &reversed];
    let happening = (0..1_u32 << chosen.len()).rev().map(|bits| move |which: usize| bits & (1 << which) != 0);
    let may_all_be = happening.filter(|happens| (0..chosen.len()).all(|which| may_be(which, happens(which))));
    may_all_be.into_iter().any(|happens| {
        orders.iter().take(chosen.len()).any(|order| {
            let order: Vec<usize> = order.iter().copied().filter(|which| happens(*which)).collect();
            let Some((first, rest)) = order.split_first() else {
                return is_same(&world.before, found, likeness);
            };
            let sent = world.sent(chosen[*first]);
            let (after, status) = &*sent;
            if !has_status(*first, *status) {
                return false;
            }
            let Some(second) = rest.first() else {
                return is_same(&after.host.snapshot(), found, likeness);
            };
            let mut after = after.clone();
            let answer = after.send(&world.operations[chosen[*second]]);
            for (which, status) in [(*first, *status), (*second, answer.status)] {
                if sent_again(which, status) {
                    after.send(&world.operations[chosen[which]]);
                }
            }
            has_status(*second, answer.status) && is_same(&after.host.snapshot(), found, likeness)
        })
    })
}

/// Whether a request broke down, or an operation of a Bulk request.
fn broke(answer: &Response) -> bool {
    answer.status >= 500 || answer.body.contains("\"status\":\"5")
}

/// Whether an answer says that the request has stored nothing.
fn says_nothing(answer: &Response) -> bool {
    answer.body.contains("nothing was changed by it")
}

/// In what two sites have to be the same.
#[derive(Clone, Copy)]
struct Likeness {
    /// A command was struck. Then somebody may go on waiting for an address that is free, because the request
    /// that gives it broke down. The next request about that person writes it.
    was_struck: bool,
    /// Who has which login. Of two who want each other's name, one may have got a login beside the other's.
    logins: bool,
}

/// Whether two sites hold the same, whatever the ids and versions are.
fn is_same(one: &Value, found: &Value, likeness: Likeness) -> bool {
    let agree = |parts: &[&str]| parts.iter().all(|part| one[part] == found[part]);
    let accounts = match likeness.logins {
        true => agree(&["people", "logins"]),
        false => rows(one) == rows(found),
    };
    accounts && agree(&["groups", "addresses"])
        || likeness.was_struck
            && waiting(found) > 0
            && agree(&["groups"])
            && (!likeness.logins || agree(&["logins"]))
            && rows(one) == rows(found)
}

/// How many people have another address than their IdP says.
fn waiting(state: &Value) -> usize {
    let living =
        state["people"].as_array().unwrap().iter().filter(|person| person["row"]["deleted"] == false);
    living.filter(|person| person["row"]["document"]["emails"][0]["value"] != person["account"][1]).count()
}

/// The people without their accounts' addresses.
fn rows(state: &Value) -> Vec<&Value> {
    state["people"].as_array().unwrap().iter().map(|person| &person["row"]).collect()
}

fn check_invariants(before: &World, state: &Value) {
    let versions = |state: &Value, kind: &str| -> BTreeMap<String, u64> {
        let rows = state["versions"][kind].as_object().unwrap();
        rows.iter().map(|(id, version)| (id.clone(), version.as_u64().unwrap())).collect()
    };
    for kind in ["people", "groups"] {
        let now = versions(state, kind);
        for (id, version) in versions(&before.before, kind) {
            assert!(now.get(&id).is_none_or(|now| *now >= version), "the version of {id} went back");
        }
    }
    let distinct = |what: &str| {
        let mut values: Vec<&str> = state[what]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .filter(|value| !value.is_empty())
            .collect();
        let count = values.len();
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), count, "{what} are not unique: {values:?}");
    };
    ["names", "addresses", "logins", "group_names"].into_iter().for_each(distinct);
    assert_eq!(state["wrongly_indexed"], json!([]), "people are searched by what they do not show");
    assert_eq!(state["half"], json!([]), "a person without an account, or a member who is nobody");
    assert!(state["administrators"].as_u64().unwrap() > 0, "nobody may administer the site");
}

impl World {
    /// A site where two people and two groups are.
    fn new(number: usize, settings: &Value, history: History, groups: &[Made]) -> Self {
        let mut host = MemoryHost::new();
        host.add_token(TOKEN, Scope::Full);
        host.add_account("admin", "admin@wordpress.example", "admin", "administrator");
        host.add_account("cid", "cid@contoso.test", "Cid", "subscriber");
        let parsed = |settings: &Value| Rc::new(Settings::parse(settings.as_object().unwrap()).unwrap());
        let mut first = settings.clone();
        if history == History::LaterRules {
            first["role_rules"] = json!([]);
        }
        let mut world = Self {
            number,
            host,
            settings: parsed(&first),
            operations: Rc::default(),
            exchanges: Rc::default(),
            tasks: Rc::default(),
            before: Rc::default(),
            is_right: false,
        };
        let mut ids = BTreeMap::new();
        for name in &NAMES[..2] {
            ids.insert(*name, world.made("/Users", person(name, name)));
        }
        for (group, members) in groups {
            let members: Vec<Value> = members.iter().map(|name| json!({ "value": ids[name] })).collect();
            ids.insert(group, world.made("/Groups", json!({ "displayName": group, "members": members })));
        }
        if history == History::LaterRules {
            let sales =
                json!({ "op": "replace", "path": format!("{ENTERPRISE}:department"), "value": "Sales" });
            let body = json!({ "Operations": [sales] });
            world.send(&Operation { method: "PATCH", path: format!("/Users/{}", ids["bob"]), body });
        }
        if history == History::Undoing {
            let path = format!("/Users/{}", ids["bob"]);
            world.send(&Operation { method: "DELETE", path, body: Value::Null });
            world.host.decide_losses(Decision::Undo, NOW);
        }
        world.settings = parsed(settings);
        if history == History::Administrators {
            for (address, role) in [
                ("ann@contoso.test", "administrator"),
                ("bob@contoso.test", "administrator"),
                ("admin@wordpress.example", "subscriber"),
            ] {
                world.host.account_mut(address).unwrap().account.roles = vec![role.to_owned()];
            }
        }
        let mut operations = match groups.len() == GROUPS.len() {
            true => operations(&ids),
            false => nested_operations(&ids, groups),
        };
        let first_task = operations.len();
        let account = |name: &str| {
            let stored = world.host.account(&format!("{name}@contoso.test")).unwrap();
            stored.account.user_id
        };
        operations.extend(tasks(&NAMES[..3].iter().map(|name| account(name)).collect::<Vec<_>>()));
        world.tasks = Rc::new((first_task..operations.len()).collect());
        world.operations = Rc::new(operations);
        let wanting = |who: &str, whose: &str| -> Vec<usize> {
            let (path, whose) = (format!("/Users/{}", ids[who]), format!("\"{whose}"));
            let wants = |one: &Operation| one.path == path && one.says(&whose);
            (0..world.operations.len()).filter(|number| wants(&world.operations[*number])).collect()
        };
        let (anns, bobs) = (wanting("ann", "bob"), wanting("bob", "ann"));
        let meets = |which: &dyn Fn(&Operation) -> bool| -> Vec<usize> {
            let patches =
                (0..world.operations.len()).filter(|number| world.operations[*number].method == "PATCH");
            patches.filter(|number| which(&world.operations[*number])).collect()
        };
        let (anns, bobs) = match ids.get("Editors").filter(|_| groups.len() > GROUPS.len()) {
            Some(editors) => (
                meets(&|one| one.says(&ids["bob"])),
                meets(&|one| one.path.ends_with(editors) && !one.says(&ids["ann"]) && !one.says(&ids["bob"])),
            ),
            None if history == History::LaterRules => {
                let apply = |number: &usize| world.operations[*number].is_task("roles");
                (meets(&|one| one.says("department")), world.tasks.iter().copied().filter(apply).collect())
            }
            None => (anns, bobs),
        };
        world.exchanges =
            Rc::new(anns.iter().flat_map(|one| bobs.iter().map(|other| [*one, *other])).collect());
        world.before = Rc::new(world.host.snapshot());
        world.is_right = world.due().is_empty();
        world
    }

    fn made(&mut self, path: &str, body: Value) -> String {
        let made = self.send(&Operation { method: "POST", path: path.to_owned(), body });
        let body: Value = serde_json::from_str(&made.body).unwrap();
        body["id"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
    }

    fn send(&mut self, operation: &Operation) -> Response {
        let settings = Rc::clone(&self.settings);
        let response = match operation.method {
            TASK | REFRESH => self.interleave(&[operation], (0, 0, Fate::Done), &mut || false).2.remove(0),
            _ => self.host.converse(request(operation), &settings).response().unwrap().clone(),
        };
        self.host.trace.clear();
        response
    }

    /// Who is due another role than the one they have, where nobody has given roles by hand.
    fn due(&self) -> Vec<Value> {
        let task = json!({ "task": "roles", "part": { "after": 0, "limit": 100, "apply": false } });
        let task = serde_json::from_value(task).unwrap();
        let exchange = self.host.clone().perform(task, &self.settings, NOW);
        let report: Value = serde_json::from_str(&exchange.response().unwrap().body).unwrap();
        report["entries"].as_array().unwrap().clone()
    }

    /// Whether some of its groups are in others.
    fn is_nested(&self) -> bool {
        WORLDS.with(|worlds| self.number >= worlds.len() - NESTED_GROUPS.len())
    }

    /// What the requests make one after the other, to be shown.
    fn in_order(&self, chosen: &[usize], order: &[usize]) -> String {
        let mut after = self.clone();
        let statuses: Vec<u16> =
            order.iter().map(|which| after.send(&self.operations[chosen[*which]]).status).collect();
        format!("{statuses:?} {}", after.host.snapshot())
    }

    /// What one of the requests makes of a site that nothing has happened to.
    fn sent(&self, chosen: usize) -> Sent {
        let key = (self.number, chosen);
        if let Some(sent) = SENT.with_borrow(|sent| sent.get(&key).cloned()) {
            return sent;
        }
        let mut after = self.clone();
        let status = after.send(&self.operations[chosen]).status;
        let sent = Rc::new((after, status));
        SENT.with_borrow_mut(|all| all.insert(key, Rc::clone(&sent)));
        sent
    }

    /// Carries the requests out, command by command, with the next one of either. A batch is a transaction,
    /// into which nobody else comes. Gives whether a command was struck, the order in which they ended, and
    /// the answers.
    fn interleave(
        &mut self,
        operations: &[&Operation],
        (struck, at, fate): (usize, usize, Fate),
        swaps: &mut dyn FnMut() -> bool,
    ) -> (bool, Vec<usize>, Vec<Response>) {
        let settings = Rc::clone(&self.settings);
        self.host.attend(&settings, NOW);
        let mut running: Vec<Exchange> = operations.iter().map(|one| one.open(&settings)).collect();
        let (mut which, mut was_struck, mut commands, mut ended) = (0, false, 0, Vec::new());
        while ended.len() < running.len() {
            let is_free = !self.host.is_in_batch();
            if ended.contains(&which) || (is_free && ended.is_empty() && swaps()) {
                which = (which + 1) % running.len();
            }
            let Some(command) = running[which].command() else {
                ended.push(which);
                continue;
            };
            let is_meant = which == struck && commands == at;
            commands += usize::from(which == struck);
            was_struck |= is_meant;
            self.step(&command, &mut running[which], if is_meant { fate } else { Fate::Done });
        }
        self.host.trace.clear();
        (was_struck, ended, running.iter().map(|one| one.response().unwrap().clone()).collect())
    }

    /// Carries out a command, or does not.
    fn step(&mut self, command: &Command, of: &mut Exchange, fate: Fate) {
        let mutant = MUTANT.get();
        let command = &self.mutated(command, mutant);
        let deputy = (mutant == Some(Mutant::LastAdministrator))
            .then(|| self.host.add_account("deputy", "deputy@wordpress.example", "Deputy", "administrator"));
        let mut answer = match fate {
            Fate::Fails if mutant != Some(Mutant::HalfUndone) => None,
            _ => Some(self.host.run(command)),
        };
        if let (Some(Mutant::WaitsForEver), Some(Ok(found))) = (mutant, &mut answer)
            && command.fields.get("lookups").is_some_and(|lookups| lookups != &json!([]))
        {
            let holder = found["email_holder"].clone();
            found["people"].as_array_mut().unwrap().retain(|one| one["account"]["user_id"] != holder);
        }
        if let Some(deputy) = deputy {
            self.host.remove_account(deputy);
        }
        let lost = HostError::new("the connection was lost").passing(true);
        match (fate, answer) {
            (Fate::Done, Some(Ok(answer))) => of.answer(answer),
            (Fate::Done, Some(Err(reason))) => of.fail(&reason),
            (Fate::AnsweredLate, _) => {
                of.fail_with(lost.maybe_stored(mutant != Some(Mutant::SaidToBeUndone)))
            }
            _ => of.fail_with(HostError::new("the statement failed").passing(true)),
        }
        .unwrap();
    }

    fn mutated(&self, command: &Command, mutant: Option<Mutant>) -> Command {
        let mut command = command.clone();
        match mutant {
            Some(Mutant::Overwriting) => self.renew_version(&mut command.fields),
            Some(Mutant::SameNames) if command.name == "create_user" => {
                let key = format!("{} {}", command.fields["row"]["user_name_key"], self.host.trace.len());
                command.fields["row"]["user_name_key"] = json!(key);
            }
            Some(Mutant::IndexedOver) if command.name == "index_user" => {
                self.renew_version(&mut command.fields)
            }
            Some(Mutant::IndexedOver) if command.name == "index_users" => {
                let people = command.fields["people"].as_array_mut().unwrap();
                people.iter_mut().filter_map(Value::as_object_mut).for_each(|one| self.renew_version(one));
            }
            Some(Mutant::RolesOver) if command.name == "set_roles" => {
                for change in command.fields["roles"].as_array_mut().unwrap() {
                    let version = self.host.version_of_account(change["user_id"].as_u64().unwrap());
                    change["version"] = version.map_or(change["version"].take(), Value::from);
                }
            }
            Some(Mutant::NestedUnseen) => unseen(&mut command, "within"),
            Some(Mutant::UnchangedUnseen) => unseen(&mut command, "unchanged"),
            Some(Mutant::AroundUnseen) => unseen(&mut command, "around"),
            Some(Mutant::LostMember) if command.name == "update_group" => {
                command.fields["add"].as_array_mut().and_then(Vec::pop);
            }
            _ => {}
        }
        command
    }
}

impl World {
    /// Replaces the version that something was decided on by the one that there is.
    fn renew_version(&self, decided: &mut Map<String, Value>) {
        let version = self.host.version_of(decided.get("id").and_then(Value::as_str).unwrap_or_default());
        if let (Some(version), true) = (version, decided.contains_key("version")) {
            decided.insert("version".to_owned(), json!(version));
        }
    }
}

/// Takes from a command what it relies on.
fn unseen(command: &mut Command, field: &str) {
    if let Some(relied_on) = command.fields.get_mut(field) {
        *relied_on = json!([]);
    }
}

fn worlds() -> Vec<World> {
    let rules = json!([
        { "filter": "groups.display eq \"Editors\"", "role": "editor" },
        { "filter": "department eq \"Sales\"", "role": "author" },
    ]);
    let mut kinds = Vec::new();
    for deletion in ["deactivate", "delete"] {
        for existing in ["link", "apart"] {
            for rules in [&rules, &json!([])] {
                for people in [0, 50] {
                    kinds.push((deletion, existing, rules.clone(), people, "userName", History::Nothing));
                }
            }
        }
        kinds.push((deletion, "link", rules.clone(), 50, "email", History::Nothing));
        kinds.push((deletion, "link", rules.clone(), 50, "userName", History::Administrators));
        kinds.push((deletion, "link", rules.clone(), 50, "userName", History::LaterRules));
    }
    kinds.push(("deactivate", "link", rules.clone(), 50, "userName", History::Undoing));
    let nested = kinds.len();
    let authors = json!({ "filter": "groups.display eq \"Authors\"", "role": "author" });
    let rules = json!([rules[0], authors]);
    kinds.extend(
        NESTED_GROUPS.map(|_| ("deactivate", "link", rules.clone(), 50, "userName", History::Nothing)),
    );
    let worlds = kinds.into_iter().enumerate();
    let world = |(number, (deletion, existing, rules, people, login, history))| {
        let mut settings = json!({
            "deletion": { "policy": deletion }, "existing_accounts": existing, "role_rules": rules,
            "username": { "from": login, "rename": login == "userName" },
            "mass_removal": { "people": people, "percent": 0 },
        });
        if history == History::LaterRules {
            settings["default_role"] = json!("subscriber");
        }
        let usual = if history == History::Undoing { &GROUPS_OF_BOTH } else { &GROUPS };
        let groups = usize::checked_sub(number, nested).map_or(&usual[..], |place| &NESTED_GROUPS[place]);
        World::new(number, &settings, history, groups)
    };
    worlds.map(world).collect()
}

fn person(name: &str, address: &str) -> Value {
    json!({ "userName": name, "emails": [{ "value": format!("{address}@contoso.test"), "primary": true }] })
}

/// Everything that may be sent to a site.
fn operations(ids: &BTreeMap<&'static str, String>) -> Vec<Operation> {
    let patch = |operation: Value| json!({ "Operations": [operation] });
    let mut all = Vec::new();
    let mut add = |method, path: &str, body| all.push(Operation { method, path: path.to_owned(), body });
    for name in NAMES {
        for address in ADDRESSES {
            add("POST", "/Users", person(name, address));
        }
    }
    for address in ADDRESSES {
        let mut locked_out = person("dee", address);
        locked_out["active"] = json!(false);
        add("POST", "/Users", locked_out);
    }
    let people: Vec<String> = NAMES[..2].iter().map(|name| format!("/Users/{}", ids[name])).collect();
    for user in &people {
        for name in NAMES {
            add("PUT", user, person(name, name));
            add("PATCH", user, patch(json!({ "op": "replace", "path": "userName", "value": name })));
        }
        for address in ADDRESSES {
            let emails = json!([{ "value": format!("{address}@contoso.test"), "primary": true }]);
            add("PATCH", user, patch(json!({ "op": "replace", "path": "emails", "value": emails })));
        }
        for active in [true, false] {
            add("PATCH", user, patch(json!({ "op": "replace", "path": "active", "value": active })));
        }
        for department in ["Sales", "Law"] {
            let path = format!("{ENTERPRISE}:department");
            add("PATCH", user, patch(json!({ "op": "replace", "path": path, "value": department })));
        }
        add("GET", user, Value::Null);
        add("DELETE", user, Value::Null);
    }
    let member = |name: &&str| json!([{ "value": ids[name] }]);
    for (group, _) in GROUPS {
        let path = format!("/Groups/{}", ids[group]);
        for member in NAMES[..2].iter().map(member) {
            add("POST", "/Groups", json!({ "displayName": group, "members": member }));
            add("POST", "/Groups", json!({ "displayName": "Sellers", "members": member }));
            add("PATCH", &path, patch(json!({ "op": "add", "path": "members", "value": member })));
            add("PATCH", &path, patch(json!({ "op": "remove", "path": "members", "value": member })));
            add("PUT", &path, json!({ "displayName": "Renamed", "members": member }));
        }
        add("DELETE", &path, Value::Null);
    }
    for (one, other) in [(0, 1), (1, 0)] {
        let operations = json!([
            { "method": "PATCH", "path": people[one],
              "data": patch(json!({ "op": "replace", "path": "active", "value": false })) },
            { "method": "POST", "path": "/Users", "bulkId": "dee", "data": person("dee", "dee") },
            { "method": "DELETE", "path": people[other] },
        ]);
        add("POST", "/Bulk", json!({ "schemas": [BULK], "Operations": operations }));
    }
    all
}

/// What the owner, or time, may do: to everybody, and to Ann.
fn tasks(user_ids: &[u64]) -> Vec<Operation> {
    let part = json!({ "after": 0, "limit": 100, "apply": true });
    let ann = user_ids[0];
    let task = |body: Value| Operation { method: TASK, path: String::new(), body };
    let refresh = |edited: bool| {
        let body = json!({ "user_ids": user_ids, "edited": edited });
        Operation { method: REFRESH, path: String::new(), body }
    };
    vec![
        task(json!({ "task": "indexing", "user_ids": user_ids })),
        task(json!({ "task": "indexing", "user_ids": [ann] })),
        refresh(false),
        refresh(true),
        task(json!({ "task": "roles", "part": part })),
        task(json!({ "task": "linking", "part": part, "user_name": "email" })),
        task(json!({ "task": "linking", "part": part, "user_name": "login" })),
        task(json!({ "task": "locking", "user_id": ann, "actor": 0 })),
        task(json!({ "task": "unlocking", "user_id": ann, "actor": 0 })),
        task(json!({ "task": "unlinking", "user_id": ann })),
        task(json!({ "task": "settling", "limit": 100 })),
    ]
}

/// What may be sent to a site where groups are in others.
fn nested_operations(ids: &BTreeMap<&'static str, String>, groups: &[Made]) -> Vec<Operation> {
    let mut all = Vec::new();
    let mut add = |method, path: &str, body| all.push(Operation { method, path: path.to_owned(), body });
    let names = groups.iter().map(|(name, _)| *name);
    for group in names.clone() {
        let path = format!("/Groups/{}", ids[group]);
        for member in NAMES[..2].iter().copied().chain(names.clone()).filter(|member| *member != group) {
            let members = json!([{ "value": ids[member] }]);
            for op in ["add", "remove"] {
                let operation = json!({ "op": op, "path": "members", "value": members });
                add("PATCH", &path, json!({ "Operations": [operation] }));
            }
            add("POST", "/Groups", json!({ "displayName": "Authors", "members": members }));
        }
        add("PUT", &path, json!({ "displayName": "Renamed" }));
        add("PUT", &path, json!({ "displayName": group, "members": [] }));
        add("DELETE", &path, Value::Null);
        // One way is opened and another one taken, in one transaction.
        for other in names.clone().filter(|other| *other != group) {
            for member in ["bob", "Guides"] {
                let operation = |op: &str, group: &str| {
                    let operation =
                        json!({ "op": op, "path": "members", "value": [{ "value": ids[member] }] });
                    let data = json!({ "Operations": [operation] });
                    json!({ "method": "PATCH", "path": format!("/Groups/{}", ids[group]), "data": data })
                };
                let operations = [operation("add", group), operation("remove", other)];
                add("POST", "/Bulk", json!({ "schemas": [BULK], "Operations": operations }));
            }
        }
    }
    for name in &NAMES[..2] {
        let path = format!("/Users/{}", ids[name]);
        add("PUT", &path, person(name, "new"));
        add("DELETE", &path, Value::Null);
    }
    all
}

fn request(operation: &Operation) -> Request {
    Request {
        method: operation.method.to_owned(),
        base: "https://wordpress.example/wp-json/scim/v2".to_owned(),
        path: operation.path.clone(),
        headers: vec![("Authorization".to_owned(), format!("Bearer {TOKEN}"))],
        body: if operation.body.is_null() { Vec::new() } else { operation.body.to_string().into_bytes() },
        remote: "192.0.2.1".to_owned(),
        now: NOW,
        ..Request::default()
    }
}
