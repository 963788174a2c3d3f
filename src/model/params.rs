//! How a mechanism declares its parameters: name, default, unit, range and source in one line.
//!
//! From this one line come the file format, the range check, the reference page, `explain`, the
//! template of `new`, and later the limits of sliders.

/// Declares a group of parameters.
///
/// A number is `name: type = default, "unit", [lowest, highest], "source";`, with `, weak` before
/// the semicolon when the evidence for the default is weak. A nested group or a choice is
/// `name: type = default => dive;`, a plain switch or text `name: type = default => skip;`.
macro_rules! params {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$fmeta:meta])* $field:ident : $ty:ty = $default:expr
            $(, $unit:literal, [$lo:literal, $hi:literal], $source:literal $(, $weak:ident)?)?
            $(=> $how:ident)?;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, garde::Validate)]
        #[serde(deny_unknown_fields, default)]
        #[garde(allow_unvalidated)]
        pub struct $name {
            $($(#[$fmeta])*
            $(#[garde(range(min = $lo, max = $hi))]
              #[schemars(extend("unit" = $unit, "source" = $source, "minimum" = $lo, "maximum" = $hi))]
              $(#[schemars(extend("weak" = (stringify!($weak) == "weak")))])?)?
            $(#[garde($how)])?
            pub $field: $ty,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),* }
            }
        }

        impl $crate::model::params::Group for $name {
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];
            fn serialize_variant<S: serde::Serializer>(&self, to: S, of: &'static str, index: u32, variant: &'static str) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStructVariant;
                #[allow(unused_mut)]
                let mut out = to.serialize_struct_variant(of, index, variant, Self::FIELDS.len())?;
                $(out.serialize_field(stringify!($field), &self.$field)?;)*
                out.end()
            }
        }
    };
}
pub(crate) use params;

/// Declares a choice between groups of parameters, written `Variant(key: value, …)` in a file.
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident($group:ty)),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, schemars::JsonSchema)]
        #[schemars(extend("inline" = true))]
        pub enum $name { $($(#[$vmeta])* $variant($group)),+ }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let mut index = 0;
                $(
                    if let Self::$variant(group) = self {
                        return $crate::model::params::Group::serialize_variant(group, to, stringify!($name), index, stringify!($variant));
                    }
                    index += 1;
                )+
                unreachable!("variant {index}")
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                #[derive(serde::Deserialize)]
                #[serde(variant_identifier)]
                enum Tag { $($variant),+ }
                struct Choice;
                impl<'de> serde::de::Visitor<'de> for Choice {
                    type Value = $name;
                    fn expecting(&self, f: &mut core::fmt::Formatter) -> core::fmt::Result {
                        f.write_str(concat!("one of", $(" ", stringify!($variant), "(…)"),+))
                    }
                    fn visit_enum<A: serde::de::EnumAccess<'de>>(self, data: A) -> Result<$name, A::Error> {
                        use serde::de::VariantAccess;
                        let (tag, content) = data.variant::<Tag>()?;
                        match tag {
                            $(Tag::$variant => content
                                .struct_variant(<$group as $crate::model::params::Group>::FIELDS, $crate::model::params::GroupVisitor::<$group>::default())
                                .map($name::$variant)),+
                        }
                    }
                }
                from.deserialize_enum(stringify!($name), &[$(stringify!($variant)),+], Choice)
            }
        }

        impl garde::Validate for $name {
            type Context = ();
            fn validate_into(&self, context: &(), parent: &mut dyn FnMut() -> garde::Path, report: &mut garde::Report) {
                match self { $(Self::$variant(group) => group.validate_into(context, parent, report)),+ }
            }
        }
    };
}
pub(crate) use choice;

/// A group of parameters that can also stand inside a `choice!`.
pub trait Group: Sized {
    /// Keys, in file order.
    const FIELDS: &'static [&'static str];
    /// Writes the group as the fields of an enum variant.
    ///
    /// # Errors
    /// Those of the serializer.
    fn serialize_variant<S: serde::Serializer>(
        &self,
        to: S,
        of: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error>;
}

/// Reads the fields of an enum variant as the group of the same name.
pub struct GroupVisitor<G>(core::marker::PhantomData<G>);

impl<G> Default for GroupVisitor<G> {
    fn default() -> Self {
        Self(core::marker::PhantomData)
    }
}

impl<'de, G: serde::Deserialize<'de>> serde::de::Visitor<'de> for GroupVisitor<G> {
    type Value = G;
    fn expecting(&self, f: &mut core::fmt::Formatter) -> core::fmt::Result {
        f.write_str("a group of keys in parentheses")
    }
    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<G, A::Error> {
        G::deserialize(serde::de::value::MapAccessDeserializer::new(map))
    }
}
