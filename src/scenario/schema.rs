//! What may stand where: the typed scenario as data, read from its JSON schema.
use super::path::{ANY, Path, Step};
use serde_json::Value;

/// The schema of a scenario type.
#[derive(Debug, Clone)]
pub struct Schema(Value);

impl Schema {
    /// The schema of `T`: its doc comments, defaults, units and ranges.
    pub fn of<T: schemars::JsonSchema>() -> Self {
        Self(schemars::schema_for!(T).to_value())
    }

    /// The place of the scenario as a whole.
    pub fn root(&self) -> Place<'_> {
        Place::new(&self.0, &self.0)
    }
}

/// A place where a value may stand.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    root: &'a Value,
    /// From the field's own notes down to the type.
    layers: Vec<&'a Value>,
    /// Whether `None` may stand here.
    pub optional: bool,
}

/// A named setting of a group.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// What may stand there.
    pub place: Place<'a>,
    /// Whether it must be written.
    pub required: bool,
}

/// One of several kinds a value may be.
#[derive(Debug, Clone)]
pub struct Variant<'a> {
    /// Its word.
    pub name: &'a str,
    /// What it means.
    pub doc: Option<&'a str>,
    /// What stands in the brackets after the word, if anything does.
    pub content: Option<Place<'a>>,
    /// Whether a group stands right in these brackets, though its type has a name of its own.
    pub inline: bool,
}

/// What a value looks like.
#[derive(Debug, Clone)]
pub enum Shape<'a> {
    /// Named settings; `true` if no others may be added.
    Group(Vec<Field<'a>>, bool),
    /// One word of several, perhaps with content.
    Choice(Vec<Variant<'a>>),
    /// Freely named entries.
    Map(Box<Place<'a>>),
    /// Any number of values.
    List(Box<Place<'a>>),
    /// A fixed number of values.
    Tuple(Vec<Place<'a>>),
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// A text.
    Text,
    /// True or false.
    Truth,
    /// Nothing is known.
    Any,
}

impl<'a> Place<'a> {
    fn new(root: &'a Value, schema: &'a Value) -> Self {
        let mut place = Self { root, layers: Vec::new(), optional: false };
        let mut here = Some(schema);
        while let Some(layer) = here {
            place.layers.push(layer);
            place.optional |= nullable(layer);
            here = place.target(layer);
        }
        place
    }

    fn sub(&self, schema: &'a Value) -> Self {
        Self::new(self.root, schema)
    }

    /// What a layer refers to: a named type, what may be absent, or a wrapped type.
    fn target(&self, layer: &'a Value) -> Option<&'a Value> {
        if let Some(reference) = layer.get("$ref").and_then(Value::as_str) {
            return self.root.pointer(reference.trim_start_matches('#'));
        }
        if let Some([a, b]) = layer.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
            return [(a, b), (b, a)].into_iter().find(|(n, _)| is_null(n)).map(|(_, other)| other);
        }
        match layer.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => Some(only),
            _ => None,
        }
    }

    /// The first note of that name, the field's own before its type's.
    pub fn note(&self, key: &str) -> Option<&'a Value> {
        self.layers.iter().find_map(|layer| layer.get(key))
    }

    fn words(&self, key: &str) -> Option<&'a str> {
        self.note(key).and_then(Value::as_str)
    }

    /// What the setting means.
    pub fn doc(&self) -> Option<&'a str> {
        self.words("description")
    }

    /// What the setting means, and then what its type means, if that says more.
    pub fn docs(&self) -> Vec<&'a str> {
        let all = self.layers.iter().filter_map(|layer| text(layer, "description"));
        let mut docs: Vec<&str> = all.collect();
        docs.dedup();
        docs
    }

    /// Unit of the value.
    pub fn unit(&self) -> Option<&'a str> {
        self.words("unit")
    }

    /// Evidence for the default.
    pub fn source(&self) -> Option<&'a str> {
        self.words("source")
    }

    /// Whether that evidence is weak.
    pub fn weak(&self) -> bool {
        self.note("weak").and_then(Value::as_bool).unwrap_or(false)
    }

    /// Smallest and largest value allowed, as stated or as the type can hold.
    pub fn limits(&self) -> (Option<f64>, Option<f64>) {
        let number = |keys: [&str; 2]| keys.iter().find_map(|key| self.note(key)?.as_f64());
        let (low, high) = self.words("format").map_or((None, None), format_limits);
        let min = number(["minimum", "exclusiveMinimum"]).or(low);
        (min, number(["maximum", "exclusiveMaximum"]).or(high))
    }

    /// Fewest and most entries, or letters of a text.
    pub fn lengths(&self) -> (Option<u64>, Option<u64>) {
        let number = |keys: [&str; 3]| keys.iter().find_map(|key| self.note(key)?.as_u64());
        let min = number(["minLength", "minItems", "minProperties"]);
        (min, number(["maxLength", "maxItems", "maxProperties"]))
    }

    /// Whether the type has a name of its own: `Name((…))` rather than `Name(…)` as a variant.
    pub fn is_named_type(&self) -> bool {
        self.layers.iter().any(|layer| layer.get("$ref").is_some())
    }

    fn core(&self) -> &'a Value {
        self.layers.last().copied().unwrap_or(self.root)
    }

    /// What a value looks like here.
    pub fn shape(&self) -> Shape<'a> {
        let core = self.core();
        if let Some(variants) = self.variants(core) {
            return Shape::Choice(variants);
        }
        match type_name(core) {
            Some("object") => self.object(core),
            Some("array") => self.array(core),
            Some("integer") => Shape::Whole,
            Some("number") => Shape::Number,
            Some("string") => Shape::Text,
            Some("boolean") => Shape::Truth,
            _ => Shape::Any,
        }
    }

    fn object(&self, core: &'a Value) -> Shape<'a> {
        let extra = core.get("additionalProperties");
        if core.get("patternProperties").is_some() {
            return Shape::Any;
        }
        match (core.get("properties").and_then(Value::as_object), extra) {
            (None, Some(values)) if values.is_object() || *values == Value::Bool(true) => Shape::Map(Box::new(self.sub(values))),
            (Some(properties), _) => {
                let required = |name: &str| is_listed(core.get("required"), name);
                let field = |(name, schema): (&'a String, &'a Value)| Field { name, place: self.sub(schema), required: required(name) };
                Shape::Group(properties.iter().map(field).collect(), extra == Some(&Value::Bool(false)))
            }
            (None, _) => Shape::Group(Vec::new(), true),
        }
    }

    fn array(&self, core: &'a Value) -> Shape<'a> {
        if let Some(items) = core.get("prefixItems").and_then(Value::as_array) {
            return Shape::Tuple(items.iter().map(|item| self.sub(item)).collect());
        }
        match (core.get("items"), self.lengths()) {
            (Some(item), (Some(least), Some(most))) if least == most => {
                let items = std::iter::repeat_n(self.sub(item), least.try_into().unwrap_or(0));
                Shape::Tuple(items.collect())
            }
            (Some(items), _) => Shape::List(Box::new(self.sub(items))),
            (None, _) => Shape::Any,
        }
    }

    fn variants(&self, core: &'a Value) -> Option<Vec<Variant<'a>>> {
        if let Some(words) = core.get("enum").and_then(Value::as_array) {
            return Some(words.iter().filter_map(Value::as_str).map(|name| bare(name, None)).collect());
        }
        if let Some(word) = core.get("const").and_then(Value::as_str) {
            return Some(vec![bare(word, text(core, "description"))]);
        }
        let members = core.get("oneOf")?.as_array()?;
        let kinds: Option<Vec<_>> = members.iter().map(|member| self.member(member)).collect();
        kinds.map(|kinds| kinds.into_iter().flatten().collect())
    }

    /// The variants one member of a `oneOf` stands for.
    fn member(&self, member: &'a Value) -> Option<Vec<Variant<'a>>> {
        let doc = text(member, "description");
        match member.get("properties").and_then(Value::as_object) {
            None => self.variants(member),
            Some(properties) if properties.len() == 1 => {
                let (name, schema) = properties.iter().next()?;
                Some(vec![Variant {
                    name,
                    doc,
                    content: Some(self.sub(schema)),
                    inline: self.core().get("inline") == Some(&Value::Bool(true)),
                }])
            }
            Some(_) => None,
        }
    }

    /// The named settings here, if this is a group.
    pub fn fields(&self) -> Vec<Field<'a>> {
        match self.shape() {
            Shape::Group(fields, _) => fields,
            _ => Vec::new(),
        }
    }

    /// The places a step may lead to, with the word of the variant each lies in.
    pub fn step(&self, step: &Step) -> Vec<(Option<&'a str>, Self)> {
        match self.shape() {
            Shape::Group(fields, _) => {
                let named = fields.into_iter().filter(|field| Some(field.name) == step.name());
                named.map(|field| (None, field.place)).collect()
            }
            Shape::Choice(variants) => variants.into_iter().flat_map(|v| v.step(step)).collect(),
            Shape::Map(values) => step.name().map(|_| (None, *values)).into_iter().collect(),
            Shape::List(items) => {
                let any = step.index().is_some() || step.name() == Some(ANY);
                any.then_some((None, *items)).into_iter().collect()
            }
            Shape::Tuple(items) => {
                let item = step.index().and_then(|at| items.into_iter().nth(at));
                item.map(|place| (None, place)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The places a path may lead to; more than one if variants share a name.
    pub fn follow(&self, path: &Path) -> Vec<(Option<&'a str>, Self)> {
        let mut places = vec![(None, self.clone())];
        for step in &path.0 {
            places = places
                .into_iter()
                .flat_map(|(outer, place)| {
                    let next = place.step(step).into_iter();
                    next.map(move |(inner, place)| (inner.or(outer), place))
                })
                .collect();
        }
        places
    }
}

impl<'a> Variant<'a> {
    /// Whether the settings in its content are written `Name(…)` rather than `Name((…))`.
    pub fn single_brackets(&self) -> bool {
        self.inline || !self.content.as_ref().is_some_and(Place::is_named_type)
    }

    fn step(&self, step: &Step) -> Vec<(Option<&'a str>, Place<'a>)> {
        let Some(content) = &self.content else {
            return Vec::new();
        };
        if step.name() == Some(self.name) || is_single(content, step) {
            return vec![(Some(self.name), content.clone())];
        }
        let found = content.step(step).into_iter();
        found.map(|(_, place)| (Some(self.name), place)).collect()
    }
}

/// Whether `[0]` means the single value in the brackets of a variant.
fn is_single(content: &Place, step: &Step) -> bool {
    *step == Step::Item(0) && !matches!(content.shape(), Shape::Tuple(_) | Shape::List(_))
}

fn bare<'a>(name: &'a str, doc: Option<&'a str>) -> Variant<'a> {
    Variant { name, doc, content: None, inline: false }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

fn is_listed(list: Option<&Value>, name: &str) -> bool {
    let names = list.and_then(Value::as_array);
    names.is_some_and(|names| names.iter().any(|n| n.as_str() == Some(name)))
}

fn is_null(schema: &Value) -> bool {
    text(schema, "type") == Some("null")
}

fn nullable(layer: &Value) -> bool {
    let any = layer.get("anyOf").and_then(Value::as_array);
    any.is_some_and(|any| any.iter().any(is_null)) || is_listed(layer.get("type"), "null")
}

/// The name of the type, `null` aside.
fn type_name(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    }
}

/// What an integer type can hold.
fn format_limits(format: &str) -> (Option<f64>, Option<f64>) {
    let bits = |bits: i32| f64::powi(2.0, bits);
    match format {
        "uint8" => (Some(0.0), Some(255.0)),
        "uint16" => (Some(0.0), Some(65_535.0)),
        "uint32" => (Some(0.0), Some(bits(32) - 1.0)),
        "uint64" | "uint" => (Some(0.0), None),
        "int8" => (Some(-128.0), Some(127.0)),
        "int16" => (Some(-32_768.0), Some(32_767.0)),
        "int32" => (Some(-bits(31)), Some(bits(31) - 1.0)),
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::Toy;
    use super::*;

    fn place<'a>(schema: &'a Schema, path: &str) -> Place<'a> {
        schema.root().follow(&path.parse().unwrap()).remove(0).1
    }

    #[test]
    fn notes_and_ranges_come_from_the_annotations() {
        let schema = Schema::of::<Toy>();
        let between = place(&schema, "clinics.between");
        assert_eq!(between.unit(), Some("share"));
        assert_eq!(between.source(), Some("Firth 2019"));
        assert!(between.weak());
        assert_eq!(between.limits(), (Some(0.0), Some(1.0)));
        assert_eq!(between.doc(), Some("Share of variance between clinics."));
        assert!(place(&schema, "clinics.limit").optional);
        assert!(place(&schema, "feedback").optional);
        assert_eq!(place(&schema, "interventions[0].from").limits(), (Some(0.0), Some(65_535.0)));
    }

    #[test]
    fn paths_lead_through_variants_maps_and_lists() {
        let schema = Schema::of::<Toy>();
        for (path, whole) in [
            ("measures.symptoms.every", true),
            ("feedback.cutoff", true),
            ("feedback.Ratings.cutoff", true),
            ("symptoms.state_effect", false),
            ("symptoms[0].state_effect", false),
            ("rupture.loss[1]", false),
        ] {
            let shape = place(&schema, path).shape();
            assert_eq!(matches!(shape, Shape::Whole), whole, "{path}");
            assert_eq!(matches!(shape, Shape::Number), !whole, "{path}");
        }
        let nowhere = "rupture.loss[2]".parse().unwrap();
        assert!(schema.root().follow(&nowhere).is_empty());
    }
}
