/**
 * The segments and data types that have a typed view, and what programs call them. Names of HL7, data types and
 * repetitions come from the definitions; only the choice and the short names are made here.
 *
 * A field or component is `NUMBER:NAME`, with `:TYPE` where it is read as another type than its own (`:ST`, the first
 * leaf of it as text) and `!` where only its first repetition is of interest. `alternate.code` lies in an object.
 * What a segment owns are segments that follow it: `NAME:ID` the next one, `NAME:ID*` all, until the segment itself
 * comes again or one of those behind `<`; `<*` means as long as nothing else comes, `<*,+PD1` nothing but PD1.
 */
export interface ViewPlan {
  /** The TypeScript interface. */
  readonly name: string;
  readonly parts: string;
  readonly owns?: string;
}

/** By data type, in the files their types are written to. */
export const VALUE_VIEWS: Readonly<Record<string, Readonly<Record<string, ViewPlan>>>> = {
  person_types: {
    HD: { name: "Authority", parts: "1:namespace 2:id 3:type" },
    CX: {
      name: "Identifier",
      parts: "1:id 2:checkDigit 3:checkDigitScheme 4:authority 5:type 6:facility 7:effective 8:expires",
    },
    XPN: {
      name: "PersonName",
      parts: "1:family:ST 2:given 3:middle 4:suffix 5:prefix 6:degree 7:type 12:effective 13:expires " +
        "14:professionalSuffix 15:calledBy",
    },
    XCN: {
      name: "Person",
      parts: "1:id 2:family:ST 3:given 4:middle 5:suffix 6:prefix 7:degree 9:authority 10:nameType " +
        "13:idType 14:facility 21:professionalSuffix",
    },
    PPN: {
      name: "PerformingPerson",
      parts:
        "1:id 2:family:ST 3:given 4:middle 5:suffix 6:prefix 7:degree 9:authority 13:idType 15:performed",
    },
    CNN: { name: "SimplePerson", parts: "1:id 2:family 3:given 4:middle 5:suffix 6:prefix 7:degree" },
    NDL: { name: "LocatedPerson", parts: "1:person 2:start 3:end 4:pointOfCare 5:room 6:bed 7:facility" },
    XAD: {
      name: "Address",
      parts: "1:street:ST 2:other 3:city 4:state 5:postalCode 6:country 7:type 8:otherDesignation " +
        "9:county:ST 13:effective 14:expires",
    },
    XTN: {
      name: "Telecom",
      parts: "1:number 2:use 3:equipment 4:address 5:countryCode:ST 6:areaCode:ST 7:localNumber:ST " +
        "8:extension:ST 9:text 12:unformatted",
    },
    XON: {
      name: "Organization",
      parts: "1:name 2:nameType:ST 3:number:ST 6:authority 7:idType 8:facility 10:id",
    },
    PL: {
      name: "PersonLocation",
      parts: "1:pointOfCare:ST 2:room:ST 3:bed:ST 4:facility 5:status 6:type 7:building:ST 8:floor:ST " +
        "9:description",
    },
    DLN: { name: "DriverLicense", parts: "1:number 2:issuer:ST 3:expires" },
    JCC: { name: "Job", parts: "1:code:ST 2:class:ST 3:description" },
  },
  value_types: {
    EI: { name: "EntityIdentifier", parts: "1:id 2:namespace 3:universalId 4:universalIdType" },
    EIP: { name: "EntityIdentifierPair", parts: "1:placer 2:filler" },
    CWE: {
      name: "Coded",
      parts: "1:code 2:text 3:system 4:alternate.code 5:alternate.text 6:alternate.system 7:version " +
        "8:alternate.version 9:originalText",
    },
    DLD: { name: "DischargeLocation", parts: "1:location:ST 2:effective" },
    FC: { name: "FinancialClass", parts: "1:code:ST 2:effective" },
    CQ: { name: "Quantity", parts: "1:amount 2:units" },
    MO: { name: "Money", parts: "1:amount 2:currency" },
    CP: { name: "Price", parts: "1:price 2:type" },
    DR: { name: "Period", parts: "1:start 2:end" },
    NR: { name: "NumericRange", parts: "1:low 2:high" },
    SN: { name: "StructuredNumeric", parts: "1:comparator 2:first 3:separator 4:second" },
    ED: { name: "Encapsulated", parts: "1:source 2:type 3:subtype 4:encoding 5:data" },
    RP: { name: "Pointer", parts: "1:pointer 2:application 3:type 4:subtype" },
    MSG: { name: "MessageType", parts: "1:code 2:event 3:structure" },
    PT: { name: "Processing", parts: "1:id 2:mode" },
    AUI: { name: "Authorization", parts: "1:number 2:date 3:source" },
    PRL: { name: "ParentResult", parts: "1:observation 2:subId:ST 3:value" },
    ERL: {
      name: "ErrorPlace",
      parts: "1:segment 2:occurrence 3:field 4:repetition 5:component 6:subcomponent",
    },
    ELD: { name: "ErrorCodeAndPlace", parts: "1:segment 2:occurrence 3:field 4:code" },
  },
};

/** By segment, in the files their types are written to. */
export const SEGMENT_VIEWS: Readonly<Record<string, Readonly<Record<string, ViewPlan>>>> = {
  control_types: {
    MSH: {
      name: "MessageHeader",
      parts: "3:sendingApplication 4:sendingFacility 5:receivingApplication 6:receivingFacility 7:time " +
        "8:security 9:type 10:controlId 11:processing 12:version:ST 13:sequenceNumber 14:continuation " +
        "15:acceptAcknowledgment 16:applicationAcknowledgment 17:country 18:characterSets 19:language 21:profiles",
    },
    EVN: {
      name: "EventType",
      parts: "1:code 2:recorded 3:planned 4:reason:ST 5:operators 6:occurred 7:facility",
    },
    MSA: {
      name: "Acknowledgment",
      parts: "1:code 2:controlId 3:text 4:expectedSequenceNumber 6:error",
    },
    ERR: {
      name: "ErrorSegment",
      parts:
        "1:codesAndPlaces 2:places 3:code 4:severity 5:applicationCode 6:parameters 7:diagnostics 8:userMessage",
    },
    NTE: { name: "Note", parts: "1:setId 2:source 3:comments 4:type 5:enteredBy 6:entered" },
  },
  patient_types: {
    PID: {
      name: "Patient",
      parts:
        "1:setId 2:externalId 3:identifiers 4:alternateIds 5:names 6:mothersMaidenNames 7:birthDate 8:sex:ST " +
        "9:aliases 10:races 11:addresses 12:county 13:homePhones 14:businessPhones 15:language 16:maritalStatus " +
        "17:religion 18:accountNumber 19:ssn 20:driverLicense 21:mothersIdentifiers 22:ethnicGroups 23:birthPlace " +
        "24:multipleBirth 25:birthOrder 26:citizenships 28:nationality 29:deathTime 30:dead 31:unknownIdentity " +
        "33:updated 34:updatingFacility 40:telecoms",
      owns: "additional:PD1<* notes:NTE*<*,+PD1",
    },
    PD1: {
      name: "PatientAdditional",
      parts:
        "1:livingDependencies 2:livingArrangement 3:primaryFacilities 4:primaryCareProviders 7:livingWill " +
        "8:organDonor 11:publicity 12:protection 16:immunizationRegistryStatus",
    },
    MRG: {
      name: "Merge",
      parts:
        "1:identifiers 2:alternateIds 3:accountNumber 4:externalId 5:visitNumber 6:alternateVisitIds 7:names",
    },
    NK1: {
      name: "NextOfKin",
      parts:
        "1:setId 2:names 3:relationship 4:addresses 5:phones 6:businessPhones 7:contactRole 8:start 9:end " +
        "10:jobTitle 13:organizations 15:sex:ST 16:birthDate 20:language 30:contactNames 31:contactPhones " +
        "32:contactAddresses 33:identifiers",
    },
    AL1: {
      name: "Allergy",
      parts: "1:setId 2:type:ST 3:allergen 4:severity:ST 5:reactions 6:identified",
    },
    IAM: {
      name: "AdverseReaction",
      parts: "1:setId 2:type:ST 3:allergen 4:severity:ST 5:reactions 6:action:ST 7:id 8:actionReason " +
        "9:sensitivity:ST 11:onset 13:reported 17:status:ST",
    },
  },
  visit_types: {
    PV1: {
      name: "Visit",
      parts:
        "1:setId 2:class:ST 3:location 4:admissionType:ST 5:preadmitNumber 6:priorLocation 7:attendingDoctors " +
        "8:referringDoctors 9:consultingDoctors 10:hospitalService:ST 11:temporaryLocation 13:readmission:ST " +
        "14:admitSource:ST 15:ambulatoryStatuses 16:vip:ST 17:admittingDoctors 18:patientType:ST 19:visitNumber " +
        "20:financialClasses 36:dischargeDisposition:ST 37:dischargedTo 39:servicingFacility:ST 41:accountStatus:ST " +
        "42:pendingLocation 44:admitted 45:discharged 50:alternateVisitIds 51:visitIndicator:ST",
      owns: "additional:PV2<*",
    },
    PV2: {
      name: "VisitAdditional",
      parts: "1:priorPendingLocation 2:accommodation 3:admitReason 4:transferReason 8:expectedAdmission " +
        "9:expectedDischarge 10:estimatedDays 11:actualDays 12:description 13:referralSources 23:clinics " +
        "25:priority:ST 38:modeOfArrival 40:levelOfCare 42:condition",
    },
    DG1: {
      name: "Diagnosis",
      parts: "1:setId 2:codingMethod 3:diagnosis 4:description 5:time 6:type:ST 15:priority 16:clinicians " +
        "17:classification:ST 18:confidential 19:attested 20:id 21:action 26:presentOnAdmission:ST",
    },
    PR1: {
      name: "Procedure",
      parts: "1:setId 2:codingMethod 3:procedure 4:description 5:time 6:functionalType:ST 7:minutes " +
        "8:anesthesiologists 11:surgeons 12:practitioners 14:priority 15:associatedDiagnosis 16:modifiers 19:id 20:action",
    },
  },
  order_types: {
    ORC: {
      name: "CommonOrder",
      parts: "1:control 2:placerNumber 3:fillerNumber 4:groupNumber 5:status 8:parent 9:time 10:enteredBy " +
        "11:verifiedBy 12:orderingProviders 13:entererLocation 14:callbackPhones 15:effective 16:reason " +
        "21:facilities 22:facilityAddresses 23:facilityPhones 25:statusModifier 29:type:ST",
    },
    OBR: {
      name: "ObservationRequest",
      parts:
        "1:setId 2:placerNumber 3:fillerNumber 4:service 5:priority 6:requested 7:observed 8:observationEnd " +
        "9:collectionVolume 10:collectors 11:specimenAction 13:clinicalInformation:CWE 14:specimenReceived " +
        "16:orderingProviders 17:callbackPhones 18:placerField1 19:placerField2 20:fillerField1 21:fillerField2 " +
        "22:reported 24:section 25:status 26:parentResult 28:copiesTo 29:parent 30:transportMode 31:reasons " +
        "32:interpreter 33:assistants 34:technicians 35:transcriptionists 36:scheduled 44:procedure 45:modifiers",
    },
    OBX: {
      name: "Observation",
      parts:
        "1:setId 2:type 3:code 4:subId:ST 5:value! 5:values 6:units 7:range 8:flags:ST 9:probability:ST " +
        "11:status 12:rangeEffective 14:time 15:producer 16:observers 17:methods 18:equipment 19:analysed " +
        "20:sites 23:performer 24:performerAddress 25:performerDirector",
      owns: "notes:NTE*<*",
    },
    SPM: {
      name: "Specimen",
      parts:
        "1:setId 2:id 3:parents 4:type 5:modifiers 6:additives 7:method 8:site 9:siteModifiers 11:roles " +
        "12:amount 14:descriptions 17:collected 18:received 19:expires 20:available 21:rejectReasons 22:quality " +
        "24:conditions 26:containers",
    },
    TXA: {
      name: "DocumentHeader",
      parts:
        "1:setId 2:type:ST 3:presentation 4:activityTime 5:primaryProviders 6:originated 7:transcribed 8:edited " +
        "9:originators 10:authenticators 11:transcriptionists 12:id 13:parentId 14:placerNumbers 15:fillerNumber " +
        "16:fileName 17:completion 18:confidentiality 19:availability 20:storage 21:changeReason 22:authenticatedBy " +
        "23:copiesTo",
      owns: "observations:OBX*<TXA,OBR,ORC",
    },
  },
  treatment_types: {
    RXE: {
      name: "EncodedOrder",
      parts:
        "2:give 3:minimum 4:maximum 5:units 6:dosageForm 7:instructions 10:dispenseAmount 11:dispenseUnits " +
        "12:refills 15:prescriptionNumber 16:refillsRemaining 21:dispensingInstructions 25:strength 26:strengthUnits " +
        "27:indications",
    },
    RXA: {
      name: "Administration",
      parts:
        "1:giveCounter 2:counter 3:start 4:end 5:code 6:amount 7:units 8:dosageForm 9:notes 10:providers " +
        "11:location:PL 13:strength 14:strengthUnits 15:lotNumbers 16:expirations 17:manufacturers 18:refusalReasons " +
        "19:indications 20:completion 21:action 22:entered",
      owns: "route:RXR<ORC observations:OBX*<ORC",
    },
    RXR: { name: "AdministrationRoute", parts: "1:route 2:site 3:device 4:method 6:siteModifier" },
    SCH: {
      name: "Appointment",
      parts:
        "1:placerId 2:fillerId 3:occurrence 4:groupNumber 5:schedule 6:eventReason 7:reason 8:type 9:duration " +
        "10:durationUnits 12:placerContacts 16:fillerContacts 20:enteredBy 23:parentPlacerId 24:parentFillerId " +
        "25:status:ST 26:placerNumbers 27:fillerNumbers",
      owns: "notes:NTE*<* services:AIS* resources:AIG* locations:AIL* personnel:AIP*",
    },
    AIS: {
      name: "AppointmentService",
      parts: "1:setId 2:action 3:service 4:start 7:duration 8:durationUnits 10:status:ST",
    },
    AIG: {
      name: "AppointmentResource",
      parts:
        "1:setId 2:action 3:resource 4:type 5:groups 6:quantity 8:start 11:duration 12:durationUnits 14:status:ST",
    },
    AIL: {
      name: "AppointmentLocation",
      parts: "1:setId 2:action 3:locations 4:type 6:start 9:duration 10:durationUnits 12:status:ST",
    },
    AIP: {
      name: "AppointmentPersonnel",
      parts: "1:setId 2:action 3:persons 4:type 6:start 9:duration 10:durationUnits 12:status:ST",
    },
  },
  billing_types: {
    IN1: {
      name: "Insurance",
      parts:
        "1:setId 2:plan 3:companyIds 4:companyNames 5:companyAddresses 6:companyContacts 7:companyPhones " +
        "8:groupNumber 9:groupNames 12:effective 13:expires 14:authorization 15:planType:ST 16:insuredNames " +
        "17:relationship 18:insuredBirthDate 19:insuredAddresses 22:priority 35:companyPlanCode:ST 36:policyNumber " +
        "37:deductible 43:insuredSex:ST 47:coverageType:ST 49:insuredIds",
    },
    GT1: {
      name: "Guarantor",
      parts:
        "1:setId 2:numbers 3:names 4:spouseNames 5:addresses 6:homePhones 7:businessPhones 8:birthDate 9:sex:ST " +
        "10:type:ST 11:relationship 12:ssn 13:start 14:end 15:priority 16:employers 21:organizations",
    },
    FT1: {
      name: "Transaction",
      parts:
        "1:setId 2:id 3:batchId 4:date:DTM 5:posted 6:type:ST 7:code 8:description 10:quantity 11:amount " +
        "12:unitAmount 13:department 14:plan 16:location 17:feeSchedule:ST 18:patientType:ST 19:diagnoses " +
        "20:performers 21:orderers 22:unitCost 23:fillerNumber 24:enteredBy 25:procedure 26:modifiers 41:revenueCode",
    },
  },
};

/** Properties of the message: the first segment of its kind, or with `*` all of them, in order. */
export const MESSAGE_VIEWS: Readonly<Record<string, string>> = {
  header: "MSH",
  event: "EVN",
  patient: "PID",
  patients: "PID*",
  merges: "MRG*",
  visit: "PV1",
  nextOfKin: "NK1*",
  allergies: "AL1*",
  adverseReactions: "IAM*",
  diagnoses: "DG1*",
  procedures: "PR1*",
  insurances: "IN1*",
  guarantors: "GT1*",
  transactions: "FT1*",
  requests: "OBR*",
  observations: "OBX*",
  specimens: "SPM*",
  notes: "NTE*",
  vaccinations: "RXA*",
  document: "TXA",
  documents: "TXA*",
  appointment: "SCH",
  acknowledgment: "MSA",
  errors: "ERR*",
};
